package plane

import (
	"os"
	"path/filepath"
)

// Layout names the files of one lab below its directory.
type Layout struct{ Dir string }

// Kubeconfig is the kubeconfig file of a user (see users.go for the names).
func (l Layout) Kubeconfig(user string) string {
	return filepath.Join(l.Dir, "kubeconfig", user+".yaml")
}

// AuditLog is the API server's audit log: one JSON event per line.
func (l Layout) AuditLog() string { return filepath.Join(l.Dir, "audit.log") }

// Socket is the unix socket on which the supervisor takes commands.
func (l Layout) Socket() string { return filepath.Join(l.Dir, "control.sock") }

// Log is the standard error and output of a component.
func (l Layout) Log(component string) string {
	return filepath.Join(l.Dir, "log", component+".log")
}

// pki is a certificate or key file.
func (l Layout) pki(name string) string { return filepath.Join(l.Dir, "pki", name) }

// conf is a configuration file read by a component.
func (l Layout) conf(name string) string { return filepath.Join(l.Dir, "conf", name) }

// token is the token file that the kubeconfig of the user token-file points to; a test may rewrite it.
func (l Layout) token(name string) string { return filepath.Join(l.Dir, "token", name) }

// etcdData is etcd's data directory.
func (l Layout) etcdData() string { return filepath.Join(l.Dir, "etcd") }

// create makes the directories. Keys lie in them, so only the owner may enter.
func (l Layout) create() error {
	for _, dir := range []string{"kubeconfig", "log", "pki", "conf", "token", "etcd"} {
		if err := os.MkdirAll(filepath.Join(l.Dir, dir), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a file that only the owner may read.
func writeFile(path string, data []byte) error { return os.WriteFile(path, data, 0o600) }
