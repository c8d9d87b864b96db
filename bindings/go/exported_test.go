package loginid

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// What programs may use is listed in testdata/exported.txt: every exported name with its
// type. Removing or changing a line breaks programs. A new line is added by hand, except for
// names in generated files, which need none.
func TestTheExportedNamesAreThoseOfTheList(t *testing.T) {
	text, err := os.ReadFile("testdata/exported.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(listed) < 200 {
		t.Fatalf("the list has %d names", len(listed))
	}
	written, generated := exportedNames(t, ".")
	for _, line := range without(listed, append(generated, written...)) {
		t.Errorf("testdata/exported.txt has what the package has not: %s", line)
	}
	for _, line := range without(written, listed) {
		t.Errorf("testdata/exported.txt lacks: %s", line)
	}
}

// without has the lines that the others do not have.
func without(lines, others []string) []string {
	has := map[string]bool{}
	for _, other := range others {
		has[other] = true
	}
	var left []string
	for _, line := range lines {
		if !has[line] {
			left = append(left, line)
		}
	}
	return left
}

// exportedNames has a line for each exported constant, function, method, type and field of
// the files of a folder that are written by hand, and of the generated ones. A type of
// internal/native that has the same name here is one of this package.
func exportedNames(t *testing.T, folder string) (written, generated []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, declaration := range tree.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				names = append(names, functionLines(declaration)...)
			case *ast.GenDecl:
				for _, spec := range declaration.Specs {
					if alias, ok := spec.(*ast.TypeSpec); ok && alias.Assign.IsValid() {
						names = append(names, nativeLines(t, alias)...)
						continue
					}
					names = append(names, specLines(spec)...)
				}
			}
		}
		if len(tree.Comments) > 0 && strings.HasPrefix(tree.Comments[0].Text(), "Code generated ") {
			generated = append(generated, names...)
		} else {
			written = append(written, names...)
		}
	}
	sort.Strings(written)
	sort.Strings(generated)
	return written, generated
}

// nativeLines has the lines of a type of internal/native.
func nativeLines(t *testing.T, alias *ast.TypeSpec) []string {
	t.Helper()
	name := alias.Name.Name
	if code(alias.Type) != "native."+name {
		t.Errorf("%s is another name for %s", name, code(alias.Type))
	}
	written, _ := exportedNames(t, filepath.Join("internal", "native"))
	own := regexp.MustCompile(`^(field ` + name + `[ .]|func \(\*?` + name + `\) |type ` + name + ` )`)
	var lines []string
	for _, line := range written {
		if own.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

func functionLines(function *ast.FuncDecl) []string {
	receiver := ""
	if function.Recv != nil {
		receiver = code(function.Recv.List[0].Type)
	}
	if !function.Name.IsExported() || receiver != "" && !ast.IsExported(strings.Trim(receiver, "*")) {
		return nil
	}
	if receiver != "" {
		receiver = "(" + receiver + ") "
	}
	parameters := "(" + types(function.Type.Params) + ")"
	results := types(function.Type.Results)
	if strings.Contains(results, ",") {
		results = "(" + results + ")"
	}
	return []string{strings.TrimSpace("func " + receiver + function.Name.Name + parameters + " " + results)}
}

func specLines(spec ast.Spec) []string {
	var lines []string
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() {
				kind := "constant"
				if spec.Type != nil {
					kind = code(spec.Type)
				}
				lines = append(lines, "value "+name.Name+" "+kind)
			}
		}
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return nil
		}
		structure, ok := spec.Type.(*ast.StructType)
		if !ok {
			return []string{"type " + spec.Name.Name + " " + code(spec.Type)}
		}
		lines = append(lines, "type "+spec.Name.Name+" struct")
		lines = append(lines, fieldLines(spec.Name.Name, structure)...)
	}
	return lines
}

// fieldLines has the fields of a type, and those of structs without a name within it.
func fieldLines(owner string, structure *ast.StructType) []string {
	var lines []string
	for _, field := range structure.Fields.List {
		tag := ""
		if field.Tag != nil {
			tag = " " + field.Tag.Value
		}
		if len(field.Names) == 0 {
			lines = append(lines, "field "+owner+" "+code(field.Type))
		}
		for _, name := range field.Names {
			path := owner + "." + name.Name
			switch inner, nested := field.Type.(*ast.StructType); {
			case !name.IsExported():
			case nested:
				lines = append(lines, "field "+path+" struct"+tag)
				lines = append(lines, fieldLines(path, inner)...)
			default:
				lines = append(lines, "field "+path+" "+code(field.Type)+tag)
			}
		}
	}
	return lines
}

// types has the types of parameters or results, without their names.
func types(fields *ast.FieldList) string {
	if fields == nil {
		return ""
	}
	var all []string
	for _, field := range fields.List {
		count := len(field.Names)
		if count == 0 {
			count = 1
		}
		for i := 0; i < count; i++ {
			all = append(all, code(field.Type))
		}
	}
	return strings.Join(all, ", ")
}

func code(node ast.Node) string {
	var text strings.Builder
	if err := printer.Fprint(&text, token.NewFileSet(), node); err != nil {
		return err.Error()
	}
	return text.String()
}
