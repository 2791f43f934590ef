"""Drives openclaude from Python and answers its questions:

    python3 examples/drive.py deno run -A main.ts -m scripted:examples/drive_script.jsonl
"""

import json
import subprocess
import sys

FORMATS = "--output-format stream-json --input-format stream-json --permission-prompt-tool stdio"
agent = subprocess.Popen(sys.argv[1:] + FORMATS.split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def send(line):
    print(json.dumps(line), file=agent.stdin, flush=True)


def answer(request):
    print("May it use", request["tool_name"], "on", request["input"].get("file_path"))
    if request["input"].get("file_path", "").endswith(".txt"):
        return {"behavior": "allow"}
    return {"behavior": "deny", "message": "only .txt files"}


send({"type": "user", "message": {"role": "user", "content": "Write a note."}})
for line in map(json.loads, agent.stdout):
    if line["type"] == "control_request":
        response = {"subtype": "success", "request_id": line["request_id"], "response": answer(line["request"])}
        send({"type": "control_response", "response": response})
    if line["type"] == "result":
        print(line["result"], "Refused calls:", len(line["permission_denials"]))
        agent.stdin.close()
sys.exit(agent.wait())
