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
	"strings"
)

// Program is the variable with the path of the emulator's program, if it is not in PATH.
const Program = "LOGINID_EMULATOR"

// names are the variables that point a program at an emulator.
var names = []string{
	"LOGINID_BASE_URL", "LOGINID_CLIENT_ID", "LOGINID_PRIVATE_KEY",
	"LOGINID_V2_BASE_URL", "LOGINID_V2_API_KEY", "LOGINID_V2_APPLICATION_ID",
	"LOGINID_EMULATOR_URL", "LOGINID_EMULATOR_TOKEN", "LOGINID_CA_FILE",
}

// Emulator is a running emulator.
type Emulator struct {
	// Variables are those that point a program at it.
	Variables map[string]string
	http      http.Client
	process   *exec.Cmd
	// Its end is the end of the emulator, also if this process is killed.
	input io.Closer
}

// Start starts an emulator with further options of the program, for example "--tls".
func Start(options ...string) (*Emulator, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	script := "printf '%s\\n'"
	for _, name := range names {
		script += ` "` + name + `=$` + name + `"`
	}
	arguments := append([]string{"exec"}, options...)
	// The emulator runs as long as this shell, which waits for the end of its input.
	process := exec.Command(path, append(arguments, "--", "sh", "-c", script+" ''; exec cat")...)
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
	emulator.Variables, err = variables(output)
	if err != nil {
		_ = emulator.Stop()
		return nil, fmt.Errorf("%s did not start: %s", path, strings.TrimSpace(problems.String()))
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
	path, err := exec.LookPath("loginid-emulator")
	if err != nil {
		return "", fmt.Errorf(
			"the program loginid-emulator is not in PATH: install it (make install), or set %s to its path: %w", Program, err)
	}
	return path, nil
}

// variables reads lines until an empty one.
func variables(output io.Reader) (map[string]string, error) {
	found := map[string]string{}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), "=")
		if !ok {
			return found, nil
		}
		if value != "" {
			found[name] = value
		}
	}
	return nil, io.ErrUnexpectedEOF
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
	found := map[string]string{}
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			found[name] = value
		}
	}
	if found["LOGINID_EMULATOR_URL"] == "" {
		return nil, errors.New("there is no emulator: run this program with loginid-emulator exec")
	}
	emulator := &Emulator{Variables: found}
	return emulator, emulator.trust()
}

// Contradictory are the variables of this process that would contradict those of the emulator.
func (e *Emulator) Contradictory() []string {
	var others []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, contradictory := range []string{
			"LOGINID_CA_", "LOGINID_CLIENT_CERT_", "LOGINID_CLIENT_KEY_", "LOGINID_PROXY", "LOGINID_ISSUER",
			"LOGINID_PRIVATE_KEY_FILE", "LOGINID_V2_API_KEY_FILE", "LOGINID_V2_ISSUER",
		} {
			if strings.HasPrefix(name, contradictory) && e.Variables[name] == "" {
				others = append(others, name)
			}
		}
	}
	return others
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
