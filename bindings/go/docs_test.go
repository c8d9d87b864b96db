package loginid

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/expect"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
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

// folder is a new one next to the repository, with a go.mod as docs/go.md says.
func folder(t *testing.T) string {
	t.Helper()
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
	shell(t, folder, block(t, "sh", "go mod edit -replace"))
	return folder
}

// shell runs a script, which must succeed, and returns what it prints.
func shell(t *testing.T, folder, script string) string {
	t.Helper()
	command := exec.Command("sh", "-ec", script)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOPROXY=off") // nothing but this machine is connected to
	var errorOutput strings.Builder
	command.Stderr = &errorOutput
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, output, errorOutput.String())
	}
	return string(output)
}

func write(t *testing.T, folder, name, program string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withoutEmulator leaves out the emulator of a script: these tests have one already.
func withoutEmulator(script string) string {
	return strings.ReplaceAll(script, "loginid-emulator exec -- ", "")
}

// The programs of docs/go.md run as printed, after the steps before them.
func TestTheProgramOfTheDocumentationRuns(t *testing.T) {
	client := newClient(t)
	folder := folder(t)
	write(t, folder, "main.go", block(t, "go", "loginid.NewFromEnv()"))
	run := withoutEmulator(block(t, "sh", "there is no Ada"))
	if printed := shell(t, folder, run); printed != "there is no Ada\n" {
		t.Error(printed)
	}
	added := expect.Must[User](t)(client.AddUserWithoutCredentials(ctx, ada))
	if printed := shell(t, folder, run); printed != added.ID+"\n" {
		t.Error(printed)
	}
}

func TestTheBackendAndTheTestOfTheDocumentationRun(t *testing.T) {
	newClient(t)
	folder := folder(t)
	write(t, folder, "main.go", block(t, "go", "loginidv2.NewFromEnv()"))
	want := "a session for ada@example.com\npaid\nalready gone: not_found 404\n"
	if printed := shell(t, folder, withoutEmulator(block(t, "sh", "go mod tidy"))); printed != want {
		t.Error(printed)
	}
	write(t, folder, "server.go", block(t, "go", "func handler("))
	write(t, folder, "answers_test.go", answers)
	write(t, folder, "server_test.go", block(t, "go", "func TestLogin("))
	printed := shell(t, folder, "go vet . && go test -count=1 -v .")
	for _, name := range []string{"TestLogin", "TestABusyService", "TestSessions", "TestAnswers", "TestMistakesAreLogged"} {
		if !strings.Contains(printed, "--- PASS: "+name+" ") {
			t.Errorf("%s: %s", name, printed)
		}
	}
}

// answers is a test of what the server of the page answers. Its tables are those of
// docs/v2/errors.md.
//
//go:embed testdata/answers_test.go
var answers string

// The page has each call of the current service.
func TestTheDocumentationNamesEachCall(t *testing.T) {
	page, err := os.ReadFile("../../docs/go.md")
	if err != nil {
		t.Fatal(err)
	}
	methods := reflect.TypeOf((*loginidv2.API)(nil)).Elem()
	if methods.NumMethod() != 29 {
		t.Errorf("%d methods", methods.NumMethod())
	}
	for i := 0; i < methods.NumMethod(); i++ {
		if name := methods.Method(i).Name; !strings.Contains(string(page), "`"+name+"(") {
			t.Errorf("docs/go.md does not name %s", name)
		}
	}
}
