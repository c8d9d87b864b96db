package loginid

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"
)

// Everything that is exported has a comment, which begins with its name if it is alone. The
// constants and variables of a group may have one together.
func TestEverythingExportedHasAComment(t *testing.T) {
	checked := 0
	for _, folder := range []string{".", "loginidv2", "loginidtest", "internal/native"} {
		sources := func(file fs.FileInfo) bool { return !strings.HasSuffix(file.Name(), "_test.go") }
		packages, err := parser.ParseDir(token.NewFileSet(), folder, sources, parser.ParseComments)
		if err != nil || len(packages) != 1 {
			t.Fatal(folder, err, len(packages))
		}
		for _, one := range packages {
			described := false
			for _, file := range one.Files {
				described = described || file.Doc != nil
				for _, declaration := range file.Decls {
					for _, name := range undescribed(declaration) {
						t.Errorf("%s: %s has no comment", folder, name)
					}
					checked++
				}
			}
			if !described {
				t.Errorf("%s has no comment", folder)
			}
		}
	}
	if checked < 300 {
		t.Errorf("%d declarations", checked)
	}
}

// undescribed are the exported names of a declaration without a comment.
func undescribed(declaration ast.Decl) []string {
	switch declaration := declaration.(type) {
	case *ast.FuncDecl:
		if declaration.Name.IsExported() && !begins(declaration.Doc, declaration.Name.Name) {
			return []string{declaration.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range declaration.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				doc := spec.Doc
				if doc == nil {
					doc = declaration.Doc
				}
				if spec.Name.IsExported() && !begins(doc, spec.Name.Name) {
					names = append(names, spec.Name.Name)
				}
			case *ast.ValueSpec:
				if spec.Names[0].IsExported() && spec.Doc == nil && declaration.Doc == nil {
					names = append(names, spec.Names[0].Name)
				}
			}
		}
		return names
	}
	return nil
}

func begins(doc *ast.CommentGroup, name string) bool {
	return doc != nil && strings.HasPrefix(doc.Text(), name)
}
