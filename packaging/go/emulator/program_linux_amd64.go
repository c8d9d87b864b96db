package main

import _ "embed"

//go:embed linux_amd64/loginid-emulator
var program []byte

// The system call's number.
const memfdCreate = 319
