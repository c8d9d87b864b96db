// Command loginid-emulator is an emulator of LoginID's services for tests, which package
// loginidtest starts. It is a program that is not written in Go, for Linux: this one contains it,
// so that go install can install it, and becomes it.
//
//	go install github.com/libloginid/libloginid/bindings/go/loginid-emulator@latest
package main

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

func main() {
	fmt.Fprintln(os.Stderr, "loginid-emulator:", become("loginid-emulator", program))
	os.Exit(1)
}

// become has this process run a program from memory. It returns only if that fails.
func become(name string, program []byte) error {
	pointer, err := syscall.BytePtrFromString(name)
	if err != nil {
		return err
	}
	const closeOnExec = 1
	fd, _, problem := syscall.Syscall(memfdCreate, uintptr(unsafe.Pointer(pointer)), closeOnExec, 0)
	if problem != 0 {
		return fmt.Errorf("memfd_create: %w", problem)
	}
	file := os.NewFile(fd, name)
	defer file.Close()
	if _, err := file.Write(program); err != nil {
		return err
	}
	path := fmt.Sprintf("/proc/self/fd/%d", fd)
	return fmt.Errorf("%s: %w", path, syscall.Exec(path, os.Args, os.Environ()))
}
