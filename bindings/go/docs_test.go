package loginid

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program of docs/go.md runs as it is printed.
func TestTheProgramOfTheDocumentationRuns(t *testing.T) {
	client := newClient(t)
	page, err := os.ReadFile("../../docs/go.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	program, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("no program")
	}
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() string {
		output, err := exec.Command("go", "run", file).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		return string(output)
	}
	if printed := run(); printed != "there is no Ada\n" {
		t.Error(printed)
	}
	added := must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	if printed := run(); printed != added.ID+"\n" {
		t.Error(printed)
	}
}
