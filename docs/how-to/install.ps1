# Installs the openclaude executable for Windows: downloads it, checks its
# SHA-256 and that it starts, and only then puts it into place.
#
#   OPENCLAUDE_VERSION   a version such as 0.1.0; without it, the latest
#   OPENCLAUDE_INSTALL   the folder; without it, %LOCALAPPDATA%\openclaude\bin
#   OPENCLAUDE_BASE_URL  the page of releases, another one than this script's
$ErrorActionPreference = "Stop"
# The bar makes Windows PowerShell download many times slower.
$ProgressPreference = "SilentlyContinue"

# Filled in when a release is made.
$release_url = ""

function Install-Openclaude {
  $base = $env:OPENCLAUDE_BASE_URL
  if (-not $base) { $base = $release_url }
  if (-not $base) { throw "Set OPENCLAUDE_BASE_URL to the page of releases" }
  if (-not [Environment]::Is64BitOperatingSystem) {
    throw "There is no executable for 32-bit Windows"
  }
  $from = "$base/latest/download"
  if ($env:OPENCLAUDE_VERSION) {
    $from = "$base/download/v$($env:OPENCLAUDE_VERSION -replace '^v', '')"
  }
  $folder = $env:OPENCLAUDE_INSTALL
  if (-not $folder) { $folder = Join-Path $env:LOCALAPPDATA "openclaude\bin" }
  # Windows on Arm runs it, too.
  $name = "openclaude-x86_64-pc-windows-msvc.exe"

  New-Item -ItemType Directory -Force -Path $folder | Out-Null
  # In the same folder, so that the last step is a rename.
  $work = Join-Path $folder ".openclaude.$([guid]::NewGuid())"
  New-Item -ItemType Directory -Path $work | Out-Null
  try {
    $sums = Join-Path $work "SHA256SUMS"
    $file = Join-Path $work "openclaude.exe"
    Invoke-WebRequest -UseBasicParsing -Uri "$from/SHA256SUMS" -OutFile $sums
    $expected = Get-Content $sums |
      Where-Object { ($_ -split '\s+')[1] -eq $name } |
      ForEach-Object { ($_ -split '\s+')[0] }
    if (-not $expected) { throw "$from/SHA256SUMS does not name $name" }
    Invoke-WebRequest -UseBasicParsing -Uri "$from/$name" -OutFile $file
    $actual = (Get-FileHash -Algorithm SHA256 -Path $file).Hash
    if ($actual -ne $expected) {
      throw "$from/$name is not what was published: its SHA-256 is $actual, not $expected"
    }
    $found = & $file --version
    if ($LASTEXITCODE -ne 0) { throw "$name does not start here" }
    Move-Item -Force -Path $file -Destination (Join-Path $folder "openclaude.exe")
  } finally {
    Remove-Item -Recurse -Force -Path $work
  }

  Write-Output "Installed $found to $(Join-Path $folder 'openclaude.exe')"
  if (($env:PATH -split ';') -notcontains $folder) {
    Write-Output "Your PATH does not have that folder yet. Add it for new windows:"
    Write-Output "  [Environment]::SetEnvironmentVariable('PATH', [Environment]::GetEnvironmentVariable('PATH', 'User') + ';$folder', 'User')"
  }
}

Install-Openclaude
