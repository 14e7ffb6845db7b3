package connect

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
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
	if err := f.checkContext(&raw); err != nil {
		return nil, err
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
	t := &Target{Config: config, Context: f.current(&raw), Namespace: namespace}
	if t.Context == "" {
		t.Context = strings.TrimPrefix(config.Host, "https://")
	}
	return t, nil
}

// current names the context that holds.
func (f *Flags) current(raw *clientcmdapi.Config) string {
	return cmp.Or(f.overrides.CurrentContext, raw.CurrentContext)
}

// listed is how many contexts an error names.
const listed = 8

// checkContext says clearly what is wrong with a context that cannot work. Without it client-go takes one whose cluster is
// missing for no kubeconfig at all, and in a pod goes to the pod's own cluster in its place.
func (f *Flags) checkContext(raw *clientcmdapi.Config) error {
	name := f.current(raw)
	if name == "" {
		return nil
	}
	c := raw.Contexts[name]
	if c == nil {
		names := slices.Sorted(maps.Keys(raw.Contexts))
		there := ", nor any other"
		switch {
		case len(names) > listed:
			there = fmt.Sprintf("; kubectl config get-contexts lists the %d that there are", len(names))
		case len(names) > 0:
			there = "; want " + strings.Join(names, ", ")
		}
		return fmt.Errorf("kubeconfig: there is no context %q%s", name, there)
	}
	if cluster := cmp.Or(f.overrides.Context.Cluster, c.Cluster); f.overrides.ClusterInfo.Server == "" && raw.Clusters[cluster] == nil {
		return fmt.Errorf("kubeconfig: context %q: there is no cluster %q", name, cluster)
	}
	return nil
}

// Namespaces lists the namespaces to try where a kind may not be read everywhere: those named, else that of the context.
func (t *Target) Namespaces(named []string) []string {
	if len(named) == 0 {
		return []string{t.Namespace}
	}
	return named
}
