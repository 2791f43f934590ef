import type {
  CompletedOption,
  CompletionTable,
  Offer,
} from "./completion_table.ts";

/** Finds out where the line is, and offers what the tables have for it. */
const choosing = `  $named = @(); $option = ''; $dashes = $false
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
    $text = $element.ToString()
    if ($option -ne '') { $option = '' }
    elseif ($text -eq '--') { $dashes = $true; break }
    elseif ($values.ContainsKey($text)) { $option = $text }
    elseif (-not $text.StartsWith('-')) { $named += $text }
  }
  $prefix = ''
  if ($option -eq '' -and $wordToComplete -match '^(--[\\w-]+)=(.*)$' -and $values.ContainsKey($Matches[1])) {
    $option = $Matches[1]; $prefix = "$option="; $wordToComplete = $Matches[2]
  }
  $line = "$named"
  # Names of files and folders are PowerShell's own to complete.
  if ($dashes) { return }
  if ($option -ne '') { $offers = $values[$option] }
  elseif ($wordToComplete.StartsWith('-')) {
    $offers = $general
    foreach ($name in $own.Keys) {
      if ("$line " -like "$name *") { $offers = $offers + $own[$name] }
    }
  }
  else {
    $offers = @()
    foreach ($name in $words.Keys) {
      if ($line -eq '' ) { $offers += ($name -split ' ')[0] }
      elseif ($name -like "$line *") { $offers += ($name -split ' ')[1] }
      elseif ("$line " -like "$name *") { $offers += $words[$name] }
    }
  }
  $offers | Sort-Object -Unique | Where-Object { $_.StartsWith($wordToComplete) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new("$prefix$_", $_, 'ParameterValue', $_)
  }
}
`;

/** The script for PowerShell 5.1 and later. It starts no process. */
export function powershellScript(
  { general, commands }: CompletionTable,
): string {
  const valued = [...general, ...commands.flatMap(({ own }) => own)]
    .filter(({ value }) => value !== undefined);
  const names = commands.map(({ first, second }) =>
    second === undefined ? first : `${first} ${second}`
  );
  const own = commands.map(({ own }, index) =>
    `    '${names[index]}' = @(${own.map(entry).join(", ")})`
  );
  const words = commands.map(({ words }, index) =>
    `    '${names[index]}' = ${listed(words)}`
  );
  return `# openclaude's completion for PowerShell. Add to $PROFILE:
#   openclaude completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName openclaude -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $general = @(
${general.map((option) => `    ${entry(option)}`).join("\n")}
  )
  # Case counts: -c and -C, -v and -V.
  $values = New-Object 'System.Collections.Hashtable' ([StringComparer]::Ordinal)
${valued.flatMap(valueLines).join("\n")}
  $own = @{
${own.join("\n")}
  }
  $words = @{
${words.join("\n")}
  }
${choosing}`;
}

function entry({ flags }: CompletedOption): string {
  return flags.map((flag) => `'${flag}'`).join(", ");
}

function listed(offer: Offer): string {
  return typeof offer === "string"
    ? "@()"
    : `@(${offer.map((word) => `'${word}'`).join(", ")})`;
}

function valueLines({ flags, value }: CompletedOption): string[] {
  return flags.map((flag) =>
    `  $values['${flag}'] = ${listed(value?.offer ?? "none")}`
  );
}
