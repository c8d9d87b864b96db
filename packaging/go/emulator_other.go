//go:build !(linux && GOARCH)

package main

func main() {
	// The compiler's only error shows this name.
	this_module_has_loginid_emulator_for_linux_GOARCH_only_build_it_from_the_sources_of_libloginid
}
