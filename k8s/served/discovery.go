package served

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
)

// accept asks for all groups with what they serve in one answer, as servers give it since Kubernetes 1.26; one that cannot
// lists its groups.
const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

// discovery is either answer of a server: APIGroupDiscoveryList of apidiscovery.k8s.io, whose v2beta1 has the same fields,
// or APIGroupList.
type discovery struct {
	Kind  string `json:"kind"`
	Items []struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
		Versions []struct {
			Version   string `json:"version"`
			Freshness string `json:"freshness"`
			Resources []struct {
				Resource     string   `json:"resource"`
				Scope        string   `json:"scope"`
				Verbs        []string `json:"verbs"`
				ResponseKind *struct {
					Kind string `json:"kind"`
				} `json:"responseKind"`
			} `json:"resources"`
		} `json:"versions"`
	} `json:"items"`
	Groups []metav1.APIGroup `json:"groups"`
}

// ask gives what a server says of the groups that are wanted.
func ask(ctx context.Context, client rest.Interface, wanted map[string]bool) (map[string]*group, error) {
	var answer discovery
	if err := get(ctx, client, &answer, accept, "/apis"); err != nil {
		return nil, err
	}
	switch answer.Kind {
	case "APIGroupDiscoveryList":
		return answer.aggregated(wanted), nil
	case "APIGroupList":
		return answer.single(ctx, client, wanted), nil
	}
	return nil, fmt.Errorf("the server lists no API groups: it answers with %q", answer.Kind)
}

func get(ctx context.Context, client rest.Interface, into any, accept string, path ...string) error {
	data, err := client.Get().AbsPath(path...).SetHeader("Accept", accept).Do(ctx).Raw()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(path, "/"), err)
	}
	return nil
}

func (d *discovery) aggregated(wanted map[string]bool) map[string]*group {
	groups := map[string]*group{}
	for i := range d.Items {
		item := &d.Items[i]
		if !wanted[item.Metadata.Name] {
			continue
		}
		g := &group{}
		groups[item.Metadata.Name] = g
		for _, v := range item.Versions {
			if v.Freshness == "Stale" {
				g.silent = "the API server behind group " + item.Metadata.Name + " does not answer"
			}
			served := version{name: v.Version}
			for _, r := range v.Resources {
				if !slices.Contains(r.Verbs, "list") {
					continue
				}
				kind := ""
				if r.ResponseKind != nil {
					kind = r.ResponseKind.Kind
				}
				served.resources = append(served.resources, resource{r.Resource, kind, r.Scope == "Namespaced"})
			}
			g.versions = append(g.versions, served)
		}
	}
	return groups
}

// single asks for the versions of groups one by one.
func (d *discovery) single(ctx context.Context, client rest.Interface, wanted map[string]bool) map[string]*group {
	groups := map[string]*group{}
	for i := range d.Groups {
		named := &d.Groups[i]
		if !wanted[named.Name] {
			continue
		}
		g := &group{}
		groups[named.Name] = g
		slices.SortStableFunc(named.Versions, func(a, b metav1.GroupVersionForDiscovery) int {
			return preference(b, named) - preference(a, named)
		})
		for _, v := range named.Versions {
			var list metav1.APIResourceList
			err := get(ctx, client, &list, "application/json", "/apis", named.Name, v.Version)
			if apierrors.IsNotFound(err) {
				// It went between the two questions.
				continue
			}
			if err != nil {
				g.silent = guard.Brief(err.Error())
				continue
			}
			served := version{name: v.Version}
			for j := range list.APIResources {
				if r := &list.APIResources[j]; slices.Contains(r.Verbs, "list") && !strings.Contains(r.Name, "/") {
					served.resources = append(served.resources, resource{r.Name, r.Kind, r.Namespaced})
				}
			}
			g.versions = append(g.versions, served)
		}
	}
	return groups
}

func preference(v metav1.GroupVersionForDiscovery, g *metav1.APIGroup) int {
	if v.Version == g.PreferredVersion.Version {
		return 1
	}
	return 0
}
