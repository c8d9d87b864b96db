package main

import _ "embed"

//go:embed linux_arm64/loginid-emulator
var program []byte

// The system call's number.
const memfdCreate = 279
