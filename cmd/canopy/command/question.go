package command

import (
	"context"
	"slices"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// question is what is asked of an authorizer, once for each namespace.
type question struct {
	requests []rbac.Attributes
	warnings []string
	// text is the question in words, without the subject: get secrets in namespace shop.
	text string
}

// readWords takes the words of a command line: verb, resource and perhaps a name. What can be wrong with them by themselves
// is told before a cluster is read.
func readWords(args []string) (rbac.Words, error) {
	w := rbac.Words{Verb: args[0], Resource: args[1]}
	if len(args) > 2 {
		w.Name = args[2]
	}
	_, _, err := rbac.NewDiscovery(stock.Resources()).Request(w)
	return w, err
}

// ask makes the question of some namespaces. Where none are given it is asked of all of them at once or, with "*" for
// everywhere, of any.
func ask(known *rbac.Discovery, w rbac.Words, namespaces []string, everywhere string) (*question, error) {
	q := &question{}
	w.Resource = unabbreviated(known, w.Resource)
	if len(namespaces) == 0 {
		namespaces = []string{everywhere}
	}
	for _, n := range namespaces {
		w.Namespace = n
		at, warnings, err := known.Request(w)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(q.requests, at) {
			q.requests = append(q.requests, at)
		}
		for _, text := range warnings {
			if !slices.Contains(q.warnings, text) {
				q.warnings = append(q.warnings, text)
			}
		}
	}
	q.text = inWords(known, q.requests)
	return q, nil
}

// inWords says a question as people would.
func inWords(known *rbac.Discovery, requests []rbac.Attributes) string {
	at := &requests[0]
	if at.URL != "" {
		return output.Word(at.Verb) + " " + output.Word(at.URL)
	}
	text := output.Word(at.Verb) + " " + output.Word(output.ResourceName(at.Group, at.Combined()))
	if at.Name != "" {
		text += " " + output.Word(at.Name)
	}
	if len(requests) > 1 {
		return text
	}
	switch namespaced, sure := known.Namespaced(at.Group, at.Resource); {
	case sure && !namespaced:
		return text
	case at.Namespace == "":
		return text + " in all namespaces"
	case at.Namespace == "*":
		return text + " in any namespace"
	}
	return text + " in namespace " + output.Word(at.Namespace)
}

// kinds lists what the source knows. Nothing rests on it but whether a name is taken for a slip, so that a server that does
// not tell is no failure.
func (s *session) kinds(ctx context.Context) []*model.Kind {
	kinds, err := s.source.Kinds(ctx)
	if err != nil {
		return nil
	}
	return kinds
}

// usualVerbs are those of a resource of which nothing but its name is known.
func usualVerbs() []string {
	return []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
}

// discovery joins the built-in resources, those that the cluster defines, and what else the source knows, such as those of an
// aggregated API.
func discovery(c *cluster.Cluster, kinds []*model.Kind) *rbac.Discovery {
	served := stock.Resources()
	known := rbac.NewDiscovery(served).With(c)
	more := false
	for _, k := range kinds {
		if _, there := known.Namespaced(k.Group, k.Resource); there {
			continue
		}
		more = true
		served = append(served, stock.Resource{
			Group: k.Group, Version: k.Version, Resource: k.Resource, Kind: k.Kind, Namespaced: k.Namespaced, Verbs: usualVerbs(),
		})
	}
	if !more {
		return known
	}
	return rbac.NewDiscovery(served).With(c)
}
