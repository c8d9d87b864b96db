package loginid

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A build without cgo has one error, which says what is missing.
func TestABuildWithoutCgoSaysWhatIsMissing(t *testing.T) {
	build := exec.Command("go", "build", "./...")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	if err == nil {
		t.Fatal("it was built")
	}
	errors := strings.Count(string(output), ".go:")
	if errors != 1 || !strings.Contains(string(output), "needs_cgo_install_a_C_compiler_and_set_CGO_ENABLED_to_1") {
		t.Errorf("%s", output)
	}
}
