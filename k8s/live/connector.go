package live

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/client-go/tools/clientcmd"

	"canopy/model"
)

// Connector opens the contexts of a kubeconfig. It satisfies model.Connector.
type Connector struct {
	rules     clientcmd.ClientConfigLoader
	overrides clientcmd.ConfigOverrides
	options   Options
}

var _ model.Connector = (*Connector)(nil)

// NewConnector takes where kubeconfigs are found, what the command line overrides in them, and the options of the sources
// to open; their Config, Context and ContextNamespace come from the context that is opened.
func NewConnector(rules clientcmd.ClientConfigLoader, overrides clientcmd.ConfigOverrides, options Options) *Connector {
	return &Connector{rules: rules, overrides: overrides, options: options}
}

// Contexts names the contexts, the current one first.
func (c *Connector) Contexts() ([]string, error) {
	raw, err := c.rules.Load()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	current := raw.CurrentContext
	if c.overrides.CurrentContext != "" {
		current = c.overrides.CurrentContext
	}
	names := slices.Sorted(maps.Keys(raw.Contexts))
	if i := slices.Index(names, current); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, current)
	}
	return names, nil
}

// Open prepares the source of one context; "" is the current one. What the command line says about cluster and user holds
// for the current context only, since it would make nonsense of another.
func (c *Connector) Open(context string) (model.Source, error) {
	source, err := c.open(context)
	if err != nil {
		return nil, err
	}
	return source, nil
}

func (c *Connector) open(context string) (*Source, error) {
	names, err := c.Contexts()
	if err != nil {
		return nil, err
	}
	overrides := c.overrides
	if context != "" && (len(names) == 0 || context != names[0]) {
		if !slices.Contains(names, context) {
			return nil, fmt.Errorf("context %q: not in the kubeconfig", context)
		}
		overrides = clientcmd.ConfigOverrides{Timeout: c.overrides.Timeout}
		overrides.CurrentContext = context
	}
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(c.rules, &overrides)
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("context %q: %w", context, err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("context %q: %w", context, err)
	}
	options := c.options
	options.Config, options.ContextNamespace, options.Context = config, namespace, context
	if context == "" && len(names) > 0 {
		options.Context = names[0]
	}
	return New(options)
}
