// Package connect turns flags into a source: kubectl's connection flags into a live cluster, -f into a capture.
package connect

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"

	"canopy/model"
)

// Flags holds what says where the cluster is and when it is looked at. Every command takes them.
type Flags struct {
	// Files are the captures to read instead of a cluster.
	Files []string
	// Namespaces limit what is shown; a kind that may not be read everywhere is read in these.
	Namespaces []string
	// AllNamespaces takes a limit back, as it does for kubectl.
	AllNamespaces bool
	// SyncTimeout bounds the wait for a live cluster.
	SyncTimeout time.Duration
	// Kubeconfig is the path of --kubeconfig; empty where the usual places are searched.
	Kubeconfig string

	userExtra []string
	now       string
	overrides clientcmd.ConfigOverrides
}

// Bind declares the flags.
func (f *Flags) Bind(fs *pflag.FlagSet) {
	names := clientcmd.RecommendedConfigOverrideFlags("")
	names.ClusterOverrideFlags.APIServer.ShortName = "s"
	// API servers have not taken passwords since Kubernetes 1.19.
	names.AuthOverrideFlags.Username, names.AuthOverrideFlags.Password = clientcmd.FlagInfo{}, clientcmd.FlagInfo{}
	// Ours can be repeated.
	names.ContextOverrideFlags.Namespace = clientcmd.FlagInfo{}
	names.Timeout.Description = "How long one request may take, such as 10s; 0 is no limit. Lists and watches take as long as they need"
	clientcmd.BindOverrideFlags(&f.overrides, fs, names)
	fs.StringVar(&f.Kubeconfig, "kubeconfig", "", "Path to the kubeconfig file to use; otherwise $KUBECONFIG, then ~/.kube/config")
	fs.StringArrayVar(&f.userExtra, "as-user-extra", nil, "Extra of the user to impersonate, as key=value; can be repeated")
	fs.StringArrayVarP(&f.Files, "filename", "f", nil, "Read a capture instead of a cluster: a file, a directory, - for standard input, a tar, tar.gz, tar.xz or zip; can be repeated")
	fs.StringArrayVarP(&f.Namespaces, "namespace", "n", nil, "Show only this namespace; can be repeated. Objects that are in no namespace show only without it")
	fs.BoolVarP(&f.AllNamespaces, "all-namespaces", "A", false, "Show all namespaces, whatever -n says")
	fs.DurationVar(&f.SyncTimeout, "sync-timeout", time.Minute, "How long to wait for the cluster's objects")
	fs.StringVar(&f.now, "now", "", "The time to judge by, such as 2026-11-23T14:00:00Z, instead of the machine's clock")
}

// Shown lists the namespaces to show; nil is all.
func (f *Flags) Shown() []string {
	if f.AllNamespaces || len(f.Namespaces) == 0 {
		return nil
	}
	return f.Namespaces
}

// Clock gives the clock to judge by.
func (f *Flags) Clock() (model.Clock, error) {
	if f.now == "" {
		return model.SystemClock{}, nil
	}
	t, err := time.Parse(time.RFC3339, f.now)
	if err != nil {
		return nil, fmt.Errorf("--now %q: want a time such as 2026-11-23T14:00:00Z", f.now)
	}
	return model.FixedClock(t.UTC()), nil
}

// Check tells what is wrong with the flags by themselves.
func (f *Flags) Check() error {
	for i, n := range f.Namespaces {
		short, err := clientcmd.RemoveNamespacesPrefix(n)
		if err != nil || short == "" {
			return fmt.Errorf("--namespace %q: want the name of a namespace", n)
		}
		f.Namespaces[i] = short
	}
	if f.SyncTimeout <= 0 {
		return errors.New("--sync-timeout: want a duration over zero")
	}
	for _, pair := range f.userExtra {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return fmt.Errorf("--as-user-extra %q: want key=value", pair)
		}
		if f.overrides.AuthInfo.ImpersonateUserExtra == nil {
			f.overrides.AuthInfo.ImpersonateUserExtra = map[string][]string{}
		}
		extra := f.overrides.AuthInfo.ImpersonateUserExtra
		extra[key] = append(extra[key], value)
	}
	_, err := f.Clock()
	return err
}
