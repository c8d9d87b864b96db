package loginid

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// block is the code block of docs/go.md in this language that contains a text.
func block(t *testing.T, language, text string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/go.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(page), "```"+language+"\n")[1:] {
		if part, _, _ = strings.Cut(part, "```"); strings.Contains(part, text) {
			return part
		}
	}
	t.Fatalf("docs/go.md has no %s", text)
	return ""
}

// The program of docs/go.md runs as printed, after the steps before it.
func TestTheProgramOfTheDocumentationRuns(t *testing.T) {
	client := newClient(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	if err := os.Symlink(root, filepath.Join(parent, "libloginid")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(parent, "server")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	program := block(t, "go", "func main()")
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	shell := func(script string) string {
		t.Helper()
		command := exec.Command("sh", "-ec", script)
		command.Dir = folder
		var errorOutput strings.Builder
		command.Stderr = &errorOutput
		output, err := command.Output()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, output, errorOutput.String())
		}
		return string(output)
	}
	shell(block(t, "sh", "go mod init"))
	run := func() string {
		t.Helper()
		// This test has an emulator already.
		_, command, _ := strings.Cut(block(t, "sh", "go run ."), "exec -- ")
		return shell(command)
	}
	if printed := run(); printed != "there is no Ada\n" {
		t.Error(printed)
	}
	added := must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	if printed := run(); printed != added.ID+"\n" {
		t.Error(printed)
	}
}
