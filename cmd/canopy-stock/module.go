package main

import (
	"bytes"
	_ "embed" // the program that is built with each version
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

//go:embed dump/main.go
var program []byte

// dump is what the program prints.
type dump struct {
	ClusterRoles        []rbacv1.ClusterRole
	ClusterRoleBindings []rbacv1.ClusterRoleBinding
	Roles               []rbacv1.Role
	RoleBindings        []rbacv1.RoleBinding
	Aggregated          []string
}

// dump builds and runs the program with the source's version of Kubernetes.
func (s source) dump() (*dump, error) {
	dir, err := os.MkdirTemp("", "canopy-stock-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	module, err := s.module(dir)
	if err != nil {
		return nil, err
	}
	for name, content := range map[string][]byte{"go.mod": module, "main.go": program} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	if _, err := command(dir, "go", "build", "-mod=mod", "-o", "dump", "."); err != nil {
		return nil, err
	}
	out, err := command(dir, filepath.Join(dir, "dump"))
	if err != nil {
		return nil, err
	}
	d := &dump{}
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.DisallowUnknownFields()
	return d, decoder.Decode(d)
}

// requirement is one line of what go mod edit -json tells of a go.mod file.
type requirement struct{ Path, Version string }

// module gives the go.mod of a module that requires Kubernetes. Kubernetes requires its own staging modules at v0.0.0 and replaces them by folders, which holds
// in its own tree only: here they are replaced by what was published of them.
func (s source) module(dir string) ([]byte, error) {
	kubernetes := "k8s.io/kubernetes@v" + s.version
	out, err := command(dir, "go", "mod", "download", "-json", kubernetes)
	if err != nil {
		return nil, err
	}
	var downloaded struct{ GoMod string }
	if err := json.Unmarshal(out, &downloaded); err != nil {
		return nil, err
	}
	if out, err = command(dir, "go", "mod", "edit", "-json", downloaded.GoMod); err != nil {
		return nil, err
	}
	var file struct {
		Go      string
		Require []requirement
	}
	if err := json.Unmarshal(out, &file); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "module dump\n\ngo %s\n\nrequire k8s.io/kubernetes v%s\n", file.Go, s.version)
	for _, r := range file.Require {
		if strings.HasPrefix(r.Path, "k8s.io/") && r.Version == "v0.0.0" {
			fmt.Fprintf(&b, "replace %s => %s v%s\n", r.Path, r.Path, "0"+strings.TrimPrefix(s.version, "1"))
		}
	}
	return b.Bytes(), nil
}

func command(dir, name string, args ...string) ([]byte, error) {
	c := exec.Command(name, args...)
	c.Dir = dir
	// Two builds side by side need more memory and are no faster on small machines.
	c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-trimpath -buildvcs=false -p=2")
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes(), nil
}
