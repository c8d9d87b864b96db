//go:build !cgo

package native

// The compiler's error shows this name.
var _ = libloginid_needs_cgo_install_a_C_compiler_and_set_CGO_ENABLED_to_1
