package privilege

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// A way that is granted may yet lead nowhere: where it changes owners of pods and there are none, and where it is about custom objects that
// the server has not. Findings tell of it nevertheless, since what was granted stays; the graph of attacks does not.

// owners are the resources of what owns pods and can be changed, with their kinds; bits by number.
var owners = [...]struct {
	group, resource, kind string
}{
	{"apps", "daemonsets", "DaemonSet"}, {"apps", "deployments", "Deployment"}, {"apps", "replicasets", "ReplicaSet"}, {"apps", "statefulsets", "StatefulSet"},
	{"batch", "cronjobs", "CronJob"}, {"", "replicationcontrollers", "ReplicationController"},
}

// ownerOf gives the number of an owner by its kind; false for others.
func ownerOf(gk schema.GroupKind) (int, bool) {
	i := slices.IndexFunc(owners[:], func(o struct{ group, resource, kind string }) bool { return o.kind == gk.Kind && o.group == gk.Group })
	return i, i >= 0
}

// crops say which owners of pods there are in a place, and of which that was not seen; bits by number.
type crops struct{ there, unsure uint8 }

// tally counts the owners of pods of a namespace by number.
type tally [len(owners)]int

// count takes an owner that came or went, and tells whether the place is another then.
func (t *tally) count(i, by int) bool {
	before := t[i]
	t[i] += by
	return (before == 0) != (t[i] == 0)
}

// grown gives the owners of pods in a namespace, or in all of them where it is "".
func (a *Analyser) grown(c *cluster.Cluster, namespace string) (g crops) {
	for i, o := range owners {
		if t := a.tallies[namespace]; t != nil && t[i] > 0 {
			g.there |= 1 << i
		} else if c.Seen(schema.GroupKind{Group: o.group, Kind: o.kind}, namespace).State != model.Complete {
			g.unsure |= 1 << i
		}
	}
	return g
}

// footing is what a way rests on besides what was granted.
type footing struct {
	// owner lists for each need the numbers of the owners that it changes, kinds those of the objects that show that its custom resources are
	// there; neither where it rests on nothing.
	owner, kinds [][]int
}

// footing reads what a way rests on.
func (t *table) footing(w *model.Way) (f footing) {
	for i := range w.Needs {
		n := &w.Needs[i]
		var own, served []int
		for _, r := range n.Resources {
			for j, o := range owners {
				if o.group == n.Group && o.resource == r && (slices.Contains(n.Verbs, "patch") || slices.Contains(n.Verbs, "update")) {
					own = append(own, j)
				}
			}
			if n.Served {
				served = append(served, t.object(model.KindByName("CustomResourceDefinition").Ref("", r+"."+n.Group)))
				if strings.HasSuffix(n.Group, ".openshift.io") {
					served = append(served, t.object(model.KindByName("APIService").Ref("", "v1."+n.Group)))
				}
			}
		}
		f.owner, f.kinds = append(f.owner, own), append(f.kinds, served)
	}
	return f
}

// rests tells whether a way leads on, as far as that rests on what there is: by gives the role that meets a need. Where it was not seen it may.
func (w *way) rests(at *readingKey, by func(need int) *role) (is bool, on Doubt, why string) {
	if w.Idle {
		return false, Certain, ""
	}
	for i := range w.footing.owner {
		of := by(i)
		if of == nil {
			continue
		}
		n := &w.Needs[i]
		switch {
		case len(w.footing.owner[i]) > 0:
			ok, seen := w.changes(at, of, i)
			if !ok {
				return false, Certain, ""
			}
			if !seen {
				on, why = OnData, "whether there is one of the "+strings.Join(n.Resources, ", ")+" to change was not seen"
			}
		case n.Served:
			ok, seen := w.served(at, of, i)
			switch {
			case !ok:
				return false, Certain, ""
			case !seen:
				on, why = OnData, "whether the server has "+strings.Join(n.Resources, ", ")+" of "+n.Group+" was not seen"
			case slices.Contains(n.Verbs, "create") && !of.does(n, "create", n.Resources...):
				on, why = OnData, "whether there is one of the "+strings.Join(n.Resources, ", ")+" to change was not looked at"
			}
		}
	}
	return true, on, why
}

// changes tells whether a role makes owners of pods, or may change some that are there. What else a need is about rests on nothing.
func (w *way) changes(at *readingKey, of *role, need int) (is, seen bool) {
	n := &w.Needs[need]
	unsure := false
	for _, resource := range n.Resources {
		i := slices.IndexFunc(owners[:], func(o struct{ group, resource, kind string }) bool {
			return o.group == n.Group && o.resource == resource
		})
		if i < 0 && of.does(n, "", resource) {
			return true, true
		}
		if i < 0 {
			continue
		}
		if slices.Contains(n.Verbs, "create") && of.does(n, "create", resource) {
			return true, true
		}
		if !of.does(n, "update", resource) && !of.does(n, "patch", resource) {
			continue
		}
		if at.crops.there&(1<<i) != 0 {
			return true, true
		}
		unsure = unsure || at.crops.unsure&(1<<i) != 0
	}
	return unsure, false
}

// served tells whether one of the custom resources that a role is for is there.
func (w *way) served(at *readingKey, of *role, need int) (is, seen bool) {
	n := &w.Needs[need]
	unsure := false
	per := len(w.footing.kinds[need]) / len(n.Resources)
	for j, i := range w.footing.kinds[need] {
		resource := n.Resources[j/per]
		if !of.does(n, "", resource) {
			continue
		}
		if at.objects.there&(1<<i) != 0 {
			return true, true
		}
		unsure = unsure || at.objects.unsure&(1<<i) != 0
	}
	return unsure, false
}

// does tells whether a role meets a need by one of its verbs, any where it is "", on some of its resources.
func (r *role) does(n *model.Need, verb string, resources ...string) bool {
	only := *n
	if verb != "" {
		if !slices.Contains(n.Verbs, verb) {
			return false
		}
		only.Verbs = []string{verb}
	}
	for i := range r.rules {
		one := r.rules[i].PolicyRule
		if !slices.Contains(one.APIGroups, n.Group) && !slices.Contains(one.APIGroups, "*") {
			continue
		}
		for _, resource := range resources {
			if rbac.GrantsResource(one, resource) && meetsOn(&only, one, resource) != unmet {
				return true
			}
		}
	}
	return false
}

// worse gives the worse of two doubts with its reason.
func worse(on Doubt, why string, also Doubt, because string) (Doubt, string) {
	if also > on {
		return also, because
	}
	return on, why
}
