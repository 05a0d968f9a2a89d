# To be read by a script: asks a mirror with package lists of its own, so that nothing of this machine's changes.
# private_apt SUITE MIRROR ARCHITECTURE makes the folder $work, which goes with the script.
private_apt() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
  echo "deb $2 $1 main" >"$work/sources.list"
  cat >"$work/apt.conf" <<EOF
APT::Architecture "$3";
APT::Architectures "$3";
Dir::State "$work/state";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
EOF
  export APT_CONFIG="$work/apt.conf"
  apt-get update -q
}
