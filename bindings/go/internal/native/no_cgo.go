//go:build !cgo

package native

// The compiler's only error shows this name: all other files of the package need cgo.
var _ = libloginid_needs_cgo_install_a_C_compiler_and_set_CGO_ENABLED_to_1
