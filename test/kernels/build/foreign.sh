# To be read by a script: run_foreign ARCHITECTURE has the kernel run programs of that architecture (Debian's name) by
# emulation until the script ends, where it does not already. The kernel keeps the emulator open: a chroot needs none.
run_foreign() {
  [ "$1" != "$(dpkg --print-architecture)" ] || return 0
  # An ELF file of 64 bits, least significant byte first; a program or a shared one; then the machine.
  elf='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00'
  mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
  case $1 in
    arm64) emulator=qemu-aarch64 machine='\xb7\x00' ;;
    amd64) emulator=qemu-x86_64 machine='\x3e\x00' ;;
    *) echo "no emulator is known for $1" >&2 && return 1 ;;
  esac
  program=$(command -v "$emulator-static" || command -v "$emulator")
  handlers=/proc/sys/fs/binfmt_misc
  [ -e "$handlers/register" ] || mount -t binfmt_misc binfmt_misc "$handlers"
  # Debian registers them where a service manager runs.
  ! grep -qsx "interpreter .*/$emulator\(-static\)\?" "$handlers"/* || return 0
  handler=inquest-$emulator
  trap 'echo -1 >"$handlers/$handler"' EXIT
  printf '%s' ":$handler:M::$elf$machine:$mask:$program:F" >"$handlers/register"
}
