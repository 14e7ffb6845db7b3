package served

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
	"canopy/model/inorder"
)

const (
	plain = "application/json"
	// accept asks for all groups with what they serve in one answer, as servers give it since Kubernetes 1.26; one that
	// cannot lists its groups.
	accept = plain + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
		plain + ";g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList," + plain
	// parallel is how many groups of an older server are asked for at a time.
	parallel = 8
)

// discovery is either answer of a server: APIGroupDiscoveryList of apidiscovery.k8s.io, whose v2beta1 has the same fields,
// or APIGroupList, which for the core is APIVersions.
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
	Groups   []metav1.APIGroup `json:"groups"`
	Versions []string          `json:"versions"`
}

// ask gives what a server says, below a path, of the groups that are wanted; nil wants all.
func ask(ctx context.Context, client rest.Interface, path string, wanted map[string]bool) (groups, error) {
	var answer discovery
	if err := get(ctx, client, &answer, accept, path); err != nil {
		return nil, err
	}
	switch answer.Kind {
	case "APIGroupDiscoveryList":
		return answer.aggregated(wanted), nil
	case "APIGroupList":
		return answer.single(ctx, client, wanted)
	case "APIVersions":
		core := metav1.APIGroup{}
		for _, v := range answer.Versions {
			core.Versions = append(core.Versions, metav1.GroupVersionForDiscovery{Version: v})
		}
		answer.Groups = []metav1.APIGroup{core}
		return answer.single(ctx, client, wanted)
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

func (d *discovery) aggregated(wanted map[string]bool) groups {
	var list groups
	for i := range d.Items {
		item := &d.Items[i]
		if wanted != nil && !wanted[item.Metadata.Name] {
			continue
		}
		g := &group{name: item.Metadata.Name}
		list = append(list, g)
		for _, v := range item.Versions {
			served := version{name: v.Version, stale: v.Freshness == "Stale"}
			if served.stale {
				g.silent = "the API server behind group " + g.name + " does not answer"
			}
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
	return list
}

// single asks for the versions of groups one by one.
func (d *discovery) single(ctx context.Context, client rest.Interface, wanted map[string]bool) (groups, error) {
	var list groups
	var work errgroup.Group
	work.SetLimit(parallel)
	for i := range d.Groups {
		named := &d.Groups[i]
		if wanted != nil && !wanted[named.Name] {
			continue
		}
		g := &group{name: named.Name}
		list = append(list, g)
		work.Go(func() error {
			g.ask(ctx, client, named)
			return nil
		})
	}
	return list, work.Wait()
}

// ask asks for each version of a group.
func (g *group) ask(ctx context.Context, client rest.Interface, named *metav1.APIGroup) {
	inorder.SortStable(named.Versions, func(a, b metav1.GroupVersionForDiscovery) int {
		return preference(b, named) - preference(a, named)
	})
	for _, v := range named.Versions {
		resources, err := list(ctx, client, g.name, v.Version)
		if apierrors.IsNotFound(err) {
			// It went between the two questions.
			continue
		}
		if err != nil {
			g.silent = guard.Brief(err.Error())
			continue
		}
		served := version{name: v.Version}
		for _, r := range resources {
			if slices.Contains(r.Verbs, "list") {
				served.resources = append(served.resources, resource{r.Name, r.Kind, r.Namespaced})
			}
		}
		g.versions = append(g.versions, served)
	}
}

// list lists the resources of one version of a group, but none that are below others.
func list(ctx context.Context, client rest.Interface, group, version string) ([]metav1.APIResource, error) {
	path := []string{"/apis", group, version}
	if group == "" {
		path = []string{"/api", version}
	}
	var answer metav1.APIResourceList
	if err := get(ctx, client, &answer, plain, path...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(answer.APIResources, func(r metav1.APIResource) bool { return strings.Contains(r.Name, "/") }), nil
}

func preference(v metav1.GroupVersionForDiscovery, g *metav1.APIGroup) int {
	if v.Version == g.PreferredVersion.Version {
		return 1
	}
	return 0
}
