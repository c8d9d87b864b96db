package native

// The installed library. The module that `make packages` builds has the library itself instead, unless
// it is built with the tag loginid_installed.

// #cgo pkg-config: loginid
import "C"
