// Package emulator starts an emulator of the LoginID service, and uses its control API.
package emulator

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Program is the variable with the path of the emulator's program, if it is not the installed one.
const Program = "LOGINID_EMULATOR"

// name is that of the program.
const name = "loginid-emulator"

// prefix is that of all variables of the libraries and of the emulator.
const prefix = "LOGINID_"

// script prints the environment, each variable ended by a NUL, and another NUL. It runs until its
// input ends, as it does when this process ends, also if it is killed.
const script = `env -0 && printf '\0' && exec cat`

// Emulator is a running emulator.
type Emulator struct {
	// Variables are those of a program that runs with it, which point it at the emulator.
	Variables map[string]string
	// Contradictory are the variables of this process that would contradict those.
	Contradictory []string
	http          http.Client
	process       *exec.Cmd
	// Its end is the end of the emulator, also if this process is killed.
	input io.Closer
}

// Start starts an emulator with further options of the program, for example "--tls".
func Start(options ...string) (*Emulator, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	arguments := append([]string{"exec"}, options...)
	process := exec.Command(path, append(arguments, "--", "sh", "-c", script)...)
	var problems bytes.Buffer
	process.Stderr = &problems
	input, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("the emulator: %w", err)
	}
	emulator := &Emulator{process: process, input: input}
	environment, err := printed(output)
	if err != nil {
		_ = emulator.Stop()
		return nil, fmt.Errorf("%s did not start: %s", path, strings.TrimSpace(problems.String()))
	}
	emulator.Variables = variables(environment)
	for name := range variables(os.Environ()) {
		if _, kept := emulator.Variables[name]; !kept {
			emulator.Contradictory = append(emulator.Contradictory, name)
		}
	}
	if err := emulator.trust(); err != nil {
		_ = emulator.Stop()
		return nil, err
	}
	return emulator, nil
}

// find is the path of the program.
func find() (string, error) {
	if path := os.Getenv(Program); path != "" {
		return path, nil
	}
	folder, err := installed()
	if err == nil {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("there is no program %s. %s may name it, else it is in %s, else in PATH. "+
			"Install it: go install github.com/libloginid/libloginid/bindings/go/%s@latest",
			name, Program, folder, name)
	}
	return path, nil
}

// installed is the folder of programs that go install has installed.
func installed() (string, error) {
	if folder := os.Getenv("GOBIN"); folder != "" {
		return folder, nil
	}
	if folders := filepath.SplitList(os.Getenv("GOPATH")); len(folders) > 0 {
		return filepath.Join(folders[0], "bin"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, "go", "bin"), err
}

// printed is the environment that the script prints.
func printed(output io.Reader) ([]string, error) {
	var environment []string
	for reader := bufio.NewReader(output); ; {
		variable, err := reader.ReadString(0)
		if err != nil {
			return nil, err
		}
		if variable == "\x00" {
			return environment, nil
		}
		environment = append(environment, strings.TrimSuffix(variable, "\x00"))
	}
}

// variables are those of an environment that have the prefix.
func variables(environment []string) map[string]string {
	found := map[string]string{}
	for _, variable := range environment {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, prefix) {
			found[name] = value
		}
	}
	return found
}

// trust has requests accept the emulator's certificate.
func (e *Emulator) trust() error {
	file := e.Variables["LOGINID_CA_FILE"]
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	e.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	return nil
}

// Attach uses the emulator that the variables of this process name.
func Attach() (*Emulator, error) {
	emulator := &Emulator{Variables: variables(os.Environ())}
	if emulator.Variables["LOGINID_EMULATOR_URL"] == "" {
		return nil, errors.New("there is no emulator: run this program with loginid-emulator exec")
	}
	return emulator, emulator.trust()
}

// Control sends a request to the control API, with a body and reading the answer unless they
// are nil. path is below /_emulator/.
func (e *Emulator) Control(method, path string, body, into any) error {
	var text []byte
	var err error
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequest(method, e.Variables["LOGINID_EMULATOR_URL"]+"/_emulator/"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if token := e.Variables["LOGINID_EMULATOR_TOKEN"]; token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := e.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the emulator: %s %s: %d %s", method, path, response.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// Stop ends the emulator, and waits until it has ended.
func (e *Emulator) Stop() error {
	if e.process == nil {
		return nil
	}
	err := e.input.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	_ = e.process.Wait() // Its status is that of the shell.
	return err
}
