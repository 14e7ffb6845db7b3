package exposure

import (
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// grant lets routes of one namespace lead to Services of another. It is one pair of a ReferenceGrant's lists.
type grant struct {
	kind, namespace string
	// name is the only Service meant; all of them where it is "".
	name string
}

// grant takes a ReferenceGrant that is new, changed or gone.
func (a *Analyser) grant(key types.NamespacedName, after *record.Custom) {
	place := a.grants[key.Namespace]
	if after == nil {
		if delete(place, key.Name); len(place) == 0 {
			delete(a.grants, key.Namespace)
		}
		return
	}
	if place == nil {
		place = map[string][]grant{}
		a.grants[key.Namespace] = place
	}
	place[key.Name] = readGrant(after)
}

func readGrant(r *record.Custom) []grant {
	var list []grant
	for _, to := range objects(dig(r.Body, "spec", "to"), mostBackends) {
		// The name of a core group is "", which must be said.
		if group, ok := to["group"].(string); !ok || group != "" || text(to["kind"]) != "Service" {
			continue
		}
		for _, from := range objects(dig(r.Body, "spec", "from"), mostBackends) {
			if text(from["group"]) == model.GroupGateway {
				list = append(list, grant{text(from["kind"]), text(from["namespace"]), text(to["name"])})
			}
		}
	}
	return list
}

// granted tells whether a route may lead to a Service.
func (a *Analyser) granted(r *route, service types.NamespacedName) bool {
	if r.namespace == service.Namespace {
		return true
	}
	for _, list := range a.grants[service.Namespace] {
		for _, g := range list {
			if g.kind == r.kind && g.namespace == r.namespace && (g.name == "" || g.name == service.Name) {
				return true
			}
		}
	}
	return false
}
