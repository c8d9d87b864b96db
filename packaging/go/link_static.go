//go:build !loginid_installed

package native

// The library that this module has.

// #cgo CFLAGS: -I${SRCDIR}/include
// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/linux_amd64/libloginid.a -lm -ldl
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/linux_arm64/libloginid.a -lm -ldl
import "C"
