//go:build cgo && !loginid_installed && !(linux && GOARCH)

package native

// #cgo CFLAGS: -I${SRCDIR}/include
import "C"

import _ "github.com/libloginid/libloginid/bindings/go/internal/native/include"

// The compiler's only error shows this name.
var _ = this_module_has_libloginid_for_linux_GOARCH_only_install_libloginid_and_build_with_tags_loginid_installed
