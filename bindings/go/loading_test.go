package loginid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The texts of all languages for a library that does not fit.
func libraryTexts(t *testing.T) (texts struct {
	Message string
	Advice  string `json:"advice_of_go"`
	Files   map[string]string
}) {
	t.Helper()
	content, err := os.ReadFile("../library.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// A build with the header of another version has one error, which says so.
func TestAHeaderOfAnotherVersionIsRefused(t *testing.T) {
	header, err := os.ReadFile("../../include/loginid.h")
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"MINOR 0", "MAJOR 1"} {
		folder := t.TempDir()
		other := regexp.MustCompile("LID_VERSION_"+number[:5]+` \d+`).ReplaceAll(header, []byte("LID_VERSION_"+number))
		other = bytes.ReplaceAll(other, []byte("lid_v2_get_version("), []byte("lid_v2_other("))
		module := "Name: loginid\nDescription: another\nVersion: 0\nCflags: -I" + folder + "\n"
		for name, content := range map[string][]byte{"loginid.h": other, "loginid.pc": []byte(module)} {
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		build := exec.Command("go", "build", "./internal/native")
		// Go's cache of builds knows CGO_CFLAGS, and not what pkg-config says.
		build.Env = append(os.Environ(), "PKG_CONFIG_PATH="+folder, "CGO_CFLAGS=-I"+folder)
		output, err := build.CombinedOutput()
		if err == nil {
			t.Fatalf("it was built with %s", number)
		}
		if strings.Count(string(output), ".go:") != 1 || !strings.Contains(string(output), "install libloginid of the version of this package") {
			t.Errorf("%s: %s", number, output)
		}
	}
}

// A program that was built with one library may be started with another.
func TestALibraryOfAnotherVersionIsRefused(t *testing.T) {
	folder := t.TempDir()
	run := func(environment []string, name string, arguments ...string) string {
		command := exec.Command(name, arguments...)
		command.Env = append(os.Environ(), environment...)
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, output)
		}
		return string(output)
	}
	run(nil, "../../tests/support/misfit-libraries", folder)
	program := filepath.Join(folder, "program")
	run(nil, "go", "build", "-o", program, "./testdata/version")
	if printed := run(nil, program); printed != "<nil>\n" {
		t.Errorf("with the library: %s", printed)
	}
	texts := libraryTexts(t)
	var major, minor int
	if _, err := fmt.Sscanf(Version(), "%d.%d", &major, &minor); err != nil {
		t.Fatal(err)
	}
	values := strings.NewReplacer("{needed}", fmt.Sprintf("%d.%d", major, minor), "{next}", fmt.Sprintf("%d.0", major+1))
	for _, file := range []string{"version-0.0.so", "version-of-no-numbers.so", "version-1.so"} {
		place := t.TempDir()
		if err := os.Symlink(filepath.Join(folder, file), filepath.Join(place, "libloginid.so.0")); err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("{path}", "libloginid.so.0", "{reason}", values.Replace(texts.Files[file]),
			"{advice}", values.Replace(texts.Advice)).Replace(texts.Message)
		want := "loginid: LID_ERROR_CONFIG: " + text + " (library_unavailable)\n"
		if printed := run([]string{"LD_LIBRARY_PATH=" + place}, program); printed != want {
			t.Errorf("%s:\n%s%s", file, printed, want)
		}
	}
}
