package connect

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/client-go/tools/clientcmd"
)

// Contexts names the contexts of the kubeconfig, the current one first.
func (f *Flags) Contexts() ([]string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = f.Kubeconfig
	raw, err := rules.Load()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	current := f.current(raw)
	names := slices.Sorted(maps.Keys(raw.Contexts))
	if i := slices.Index(names, current); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, current)
	}
	return names, nil
}

// For gives the flags as they would be for another context. What they say about cluster and user holds for the context that
// they were given with, since it would make nonsense of another; namespaces likewise.
func (f *Flags) For(context string) *Flags {
	g := &Flags{SyncTimeout: f.SyncTimeout, Kubeconfig: f.Kubeconfig, now: f.now}
	g.overrides.CurrentContext = context
	g.overrides.Timeout = f.overrides.Timeout
	return g
}
