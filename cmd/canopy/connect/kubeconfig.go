package connect

import (
	"errors"
	"fmt"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var errNoCluster = errors.New("no cluster: there is no kubeconfig and this is no pod; name one with --kubeconfig, or read a capture with -f")

// Target is the cluster that the flags and the kubeconfig lead to.
type Target struct {
	Config *rest.Config
	// Context names it for people: the context, or the server's address where there is none.
	Context string
	// Namespace is the namespace of the context.
	Namespace string
}

// Target finds the cluster. Nothing is sent to it yet.
func (f *Flags) Target() (*Target, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = f.Kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &f.overrides)
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config, err := loader.ClientConfig()
	if clientcmd.IsEmptyConfig(err) {
		return nil, errNoCluster
	}
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	t := &Target{Config: config, Context: raw.CurrentContext, Namespace: namespace}
	if f.overrides.CurrentContext != "" {
		t.Context = f.overrides.CurrentContext
	}
	if t.Context == "" {
		t.Context = strings.TrimPrefix(config.Host, "https://")
	}
	return t, nil
}

// Namespaces lists the namespaces to try where a kind may not be read everywhere: those named, else that of the context.
func (t *Target) Namespaces(named []string) []string {
	if len(named) == 0 {
		return []string{t.Namespace}
	}
	return named
}
