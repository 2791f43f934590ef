import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { catastrophe } from "../../lib/permission/catastrophic.ts";

const surroundings = {
  cwd: "/home/ann/code/project/source",
  home: "/home/ann",
  roots: ["/home/ann/code/project"],
};

const refused: readonly string[] = [
  // Deleting the root, the home, the system.
  "rm -rf /",
  "rm -fr /",
  "rm -r -f --no-preserve-root /",
  "rm -rf -- /",
  "rm --recursive --force /",
  "/bin/rm -rf /",
  "\\rm -rf /",
  "r\\m -r\"f\" '/'",
  "rm -rf /*",
  "rm -rf //",
  "rm -rf /etc/..",
  "rm -rf /./",
  "rm -rf /usr",
  "rm -rf /usr/",
  "rm -rf /usr/*",
  "rm -rf /u*",
  "rm -rf /{bin,usr}",
  "rm -rf ~",
  "rm -rf ~/",
  "rm -rf ~/*",
  "rm -rf ~/.*",
  "rm -rf ~root",
  "rm -rf $HOME",
  'rm -rf "$HOME"',
  "rm -rf ${HOME}/*",
  "rm -rf /home/ann",
  "rm -rf /home",
  "rmdir /",
  "rm -rf C:\\\\",
  "rm -rf /mnt/c",
  // The workspace and what is around it.
  "rm -rf ..",
  "rm -rf ../..",
  "rm -rf ../../*",
  "rm -rf /home/ann/code",
  "rm -rf /home/ann/code/project",
  "cd ../../.. && rm -rf *",
  "cd / && rm -rf *",
  "cd ~; rm -rf ./*",
  "cd && rm -rf *",
  "D=/; rm -rf $D",
  "D=; rm -rf $D/*",
  'D=/ && rm -rf "$D"*',
  'D=~; rm -rf "$D"/*',
  'D=~/ && rm -rf "$D"',
  'D=$HOME; rm -rf "$D"',
  'D="$HOME/code"; E=$D/project; rm -rf "$E"',
  // Launchers, scripts in scripts, places in a line.
  "sudo rm -rf /",
  "sudo -u root -- rm -rf /",
  "env A=1 rm -rf /",
  "command rm -rf /",
  "nohup rm -rf / &",
  "nice -n 10 rm -rf /",
  "timeout -s KILL 10 rm -rf /",
  "xargs rm -rf / < list",
  "ls | xargs -n 1 rm -rf /",
  "exec rm -rf /",
  "busybox rm -rf /",
  "bash -c 'rm -rf /'",
  'sh -ec "rm -rf ~"',
  "sudo bash -c 'bash -c \"rm -rf /\"'",
  "eval 'rm -rf /'",
  "eval rm -rf /",
  "bash <<< 'rm -rf /'",
  "bash <<'EOF'\nrm -rf /\nEOF",
  "echo $(rm -rf /)",
  "true && (false || rm -rf /)",
  "if true; then rm -rf /; fi",
  "f() { rm -rf /; }; f",
  "echo a\nrm -rf /\necho b",
  "echo 'rm -rf /' | sh",
  "printf 'cd /\\nrm -rf *' | sudo bash",
  "cat <<'EOF' | bash\nrm -rf ~\nEOF",
  "trap 'rm -rf /' EXIT",
  "su root -c 'rm -rf /'",
  "su -c 'rm -rf /'",
  "mv ~ /tmp/x",
  "mv /* /tmp/x",
  "find / -delete",
  "find ~ -exec rm -rf {} +",
  "find . -exec rm -rf / ;",
  // Disks.
  "mkfs.ext4 /dev/sda1",
  "mkfs -t ext4 /dev/nvme0n1",
  "dd if=/dev/zero of=/dev/sda bs=1M",
  "dd if=x of=/dev/nvme0n1p1",
  "echo x > /dev/sda",
  "cat image >/dev/nvme0n1",
  "{ echo x; } > /dev/sdb",
  "cat image | sudo tee /dev/sda",
  "cp image /dev/sda",
  "wipefs -a /dev/sda",
  "shred /dev/sda",
  // Rights, processes, the machine.
  "chmod -R 777 /",
  "chmod -R 777 /*",
  "sudo chown -R ann:ann /usr",
  "chown --recursive ann ~",
  ":(){ :|:& };:",
  "bomb() { bomb | bomb & }; bomb",
  "f(){ f & f; }; f",
  "shutdown -h now",
  "sudo reboot",
  "halt",
  "systemctl poweroff",
  "init 0",
  "kill -9 -1",
  // Not parsable, but the shell would run the first line.
  "rm -rf /\necho 'open",
];

for (const line of refused) {
  Deno.test(`catastrophe() refuses ${JSON.stringify(line)}`, async () => {
    assertNotEquals(await catastrophe(line, surroundings), null);
  });
}

const passed: readonly string[] = [
  "rm -rf ./build",
  'D=~/.cache/x; rm -rf "$D"/*',
  "D='~'; rm -rf \"$D\"/*",
  'D=$(mktemp -d); rm -rf "$D"',
  "rm -rf node_modules",
  "rm -rf *",
  "rm -rf ./*",
  "rm -rf dist/* coverage/*",
  "rm -rf ../dist",
  "rm -rf ../../project/dist",
  "rm -rf /tmp/x",
  "rm -rf /tmp/*",
  "rm -rf ~/.cache/thing",
  "rm -rf /var/lib/apt/lists/*",
  "rm -rf /home/ann/code/project/dist",
  'rm -rf "$BUILD_DIR"',
  "rm -rf $(mktemp -d)",
  "rm -rf '~'",
  "rm -f /usr/local/bin/mine",
  "cd dist && rm -rf *",
  "(cd / && ls); rm -rf *",
  "D=dist; rm -rf $D/",
  'echo "rm -rf /"',
  "echo 'rm -rf /' | cat",
  "echo 'rm -rf /' | bash check.sh",
  "bash run.sh -c 'rm -rf /'",
  "mv ../a ../b",
  "mv * ..",
  "trap - EXIT",
  "echo rm -rf /",
  "# rm -rf /",
  'git commit -m "rm -rf /"',
  "git commit -m 'Refuse rm -rf / and mkfs /dev/sda'",
  'grep -r "mkfs" .',
  "grep -rn 'dd of=/dev/sda' docs",
  "cat > notes.md <<'EOF'\nrm -rf /\nmkfs /dev/sda\n:(){ :|:& };:\nEOF",
  "cat <<EOF\nrm -rf /\nEOF",
  "printf '%s\\n' 'shutdown now'",
  "man shutdown",
  "command -v rm /",
  "which reboot",
  "shutdown --help",
  "find . -name '*.tmp' -delete",
  "find . -delete",
  "find / -name core -exec rm {} ;",
  "find / -name x",
  "ls /",
  "ls -R / | head",
  "du -sh /*",
  "chmod -R u+w .",
  "chmod -R 755 ..",
  "chmod 755 /usr/local/bin/mine",
  "chown -R ann dist",
  "mkfs.ext4 disk.img",
  "dd if=/dev/zero of=disk.img bs=1M count=1",
  "dd if=/dev/sda of=backup.img",
  "echo x > /dev/null",
  "cat /dev/sda > /dev/null",
  "echo x > /dev/stderr",
  "kill -1 1234",
  "kill -9 1234",
  "factorial() { [ $1 -le 1 ] && echo 1 || echo $(( $1 * $(factorial $(($1-1))) )); }; factorial 5",
  "walk() { for f in $1/*; do walk $f; done; }; walk .",
  "systemctl status ssh",
  "init-project 0",
  "npm run halt",
  "docker run --rm -v /:/host image ls",
  "rsync -a --delete source/ target/",
  "git clean -fdx",
  "echo 'open",
  "",
];

for (const line of passed) {
  Deno.test(`catastrophe() lets ${JSON.stringify(line)} pass`, async () => {
    assertEquals(await catastrophe(line, surroundings), null);
  });
}

Deno.test("catastrophe() protects the home when it is the working directory", async () => {
  const home = { cwd: "/home/ann", home: "/home/ann", roots: ["/home/ann"] };
  assertMatch(await catastrophe("rm -rf *", home) ?? "", /home folder/);
  assertEquals(await catastrophe("rm -rf code", home), null);
});

Deno.test("catastrophe() works without a known home", async () => {
  const unknown = { ...surroundings, home: "" };
  assertEquals(await catastrophe("rm -rf ~/x $HOME/y", unknown), null);
  assertMatch(await catastrophe("rm -rf /", unknown) ?? "", /root/);
  assertMatch(await catastrophe("rm -rf ~", unknown) ?? "", /home folder/);
  // Unset, it would be the root.
  assertMatch(await catastrophe("rm -rf $HOME/*", unknown) ?? "", /home/);
});

Deno.test("catastrophe() says what would be lost", async () => {
  assertEquals(
    await catastrophe("sudo rm -rf ~", surroundings),
    '"rm" would delete "~": your home folder',
  );
});

Deno.test("catastrophe() judges any text without an exception", async () => {
  const pieces = [
    ..."abc /~*?{}()[]<>|&;$`'\"\\\n#=:!-",
    ..."rm -rf|bash -c|eval|$(|${|<<E\n|E\n|cd|sudo|mkfs|find|-exec|if|fi"
      .split(
        "|",
      ),
  ];
  const lines = array(constantFrom(...pieces), { maxLength: 40 });
  await assert(
    asyncProperty(lines, async (line) => {
      const reason = await catastrophe(line.join(""), surroundings);
      return reason === null || reason.length > 0;
    }),
    { numRuns: 500 },
  );
});
