package loginid

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A new function of the header that is not bound fails here. Whether the types
// fit is checked by the C compiler that cgo runs.
func TestEveryFunctionOfTheHeaderIsCalled(t *testing.T) {
	header, err := os.ReadFile("../../include/loginid_ffi.h")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("internal/native/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(text)
	}
	declaration := regexp.MustCompile(`(?m)^[a-z][\w ]*[ *](lid_\w+)\(`)
	functions := declaration.FindAllSubmatch(header, -1)
	if len(functions) < 50 {
		t.Fatalf("the header has %d functions", len(functions))
	}
	for _, function := range functions {
		name := string(function[1])
		// The others are for programs without a JSON library; Go has its own.
		if strings.HasPrefix(name, "lid_json_") && name != "lid_json_get" {
			continue
		}
		prefix := "C."
		if strings.HasSuffix(name, "_set_log_callback") { // Called in the C part of log.go.
			prefix = "    "
		}
		if !strings.Contains(sources.String(), prefix+name+"(") {
			t.Errorf("%s is not bound", name)
		}
	}
}
