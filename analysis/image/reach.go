package image

import (
	"slices"
	"weak"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	rules "canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// reach is who runs images with critical vulnerabilities, and what has changed of who reaches them.
type reach struct {
	net   *network.Analyser
	ways  *exposure.Analyser
	state network.Surroundings
	// grave finds owners that run such an image by namespace, led those to which controllers lead by the namespaces of these.
	grave, led map[string]few[owner]
	// leads lists the namespaces under which led finds an owner, paths the ways to its pods, as they were when it was judged. They are not
	// kept for it, since they hold all pods behind a Service as they were then.
	leads map[*owner][]string
	paths map[*owner][]weak.Pointer[exposure.Way]
	// all, places and owners are those that are judged anew; in namespaces that are stirred ways may be others.
	all             bool
	places, stirred map[string]struct{}
	owners          map[*owner]struct{}
}

func newReach() reach {
	return reach{
		grave: map[string]few[owner]{}, led: map[string]few[owner]{}, leads: map[*owner][]string{}, paths: map[*owner][]weak.Pointer[exposure.Way]{},
		places: map[string]struct{}{}, stirred: map[string]struct{}{}, owners: map[*owner]struct{}{},
	}
}

func (e *reach) still() bool {
	return !e.all && len(e.places) == 0 && len(e.stirred) == 0 && len(e.owners) == 0
}

// Reach takes who reaches whom and the ways in from outside, which are up to date, with what has changed of the ways. Flush goes by them
// until the next call; without any VP01 is not judged.
func (a *Analyser) Reach(net *network.Analyser, ways *exposure.Analyser, changed exposure.Delta) {
	e := &a.reach
	e.all = e.all || e.net != net || e.ways != ways
	e.net, e.ways = net, ways
	for _, name := range changed.Namespaces {
		e.stirred[name] = struct{}{}
	}
	if s := net.State(); s.Enforcement != e.state.Enforcement || s.Plugin != e.state.Plugin || s.Why != e.state.Why || !sameForeign(s.Foreign, e.state.Foreign) {
		e.state, e.all = s, true
	}
}

// sameForeign compares two lists of policies, of which the newer is mostly the older itself.
func sameForeign(a, b []network.Foreign) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// update notes a change of what decides who gets through: policies where they stand and where controllers do, labels of namespaces, and
// nodes, whose own traffic gets everywhere.
func (e *reach) update(d cluster.Delta) {
	switch gk := d.GroupKind(); {
	case gk.Group == rules.Group:
		e.all = true
	case gk.Group == model.GroupNetwork && gk.Kind == "NetworkPolicy":
		e.places[d.Ref.Namespace] = struct{}{}
	case gk.Group == "" && gk.Kind == "Namespace":
		before, after := cluster.Cast[*record.Typed[*corev1.Namespace]](d)
		if before == nil || after == nil {
			// While not all were seen, one that is not known may have any labels.
			e.all = true
		} else if before.Labels != after.Labels {
			e.places[d.Ref.Name] = struct{}{}
		}
	case gk.Group == "" && gk.Kind == "Node":
		before, after := cluster.Cast[*record.Typed[*corev1.Node]](d)
		// Of a node, peers look at its labels and addresses. Mostly another thing changes, such as which images it has.
		e.all = e.all || before == nil || after == nil || before.Labels != after.Labels || !slices.Equal(before.Object.Status.Addresses, after.Object.Status.Addresses)
	}
}

// decides tells that the coverage of a kind says how much is known of the ways in, or of who gets through.
func decides(gk schema.GroupKind) bool {
	switch gk.Group {
	case "":
		return gk.Kind == "Pod" || gk.Kind == "Namespace" || gk.Kind == "Service" || gk.Kind == "Node"
	case model.GroupNetwork, model.GroupGateway, model.GroupRoute, rules.Group, discoveryv1.GroupName:
		return true
	}
	return false
}

// lay notes whether an owner runs an image with a critical vulnerability, and has it judged anew whether it is reached.
func (r *round) lay(o *owner, grave bool) {
	if !grave && !o.grave {
		return
	}
	if grave != o.grave {
		o.grave = grave
		index(r.reach.grave, key(o.ref.Namespace), o, grave)
	}
	r.reach.owners[o] = struct{}{}
}

// key is that of a namespace, which may be "" for owners that have none.
func key(namespace string) string { return "/" + namespace }

// lead notes that controllers of some namespaces lead to an owner, as far as that is known.
func (e *reach) lead(o *owner, now []string) {
	slices.Sort(now)
	now = slices.Compact(now)
	if slices.Equal(e.leads[o], now) {
		return
	}
	for _, name := range e.leads[o] {
		index(e.led, key(name), o, false)
	}
	for _, name := range now {
		index(e.led, key(name), o, true)
	}
	if len(now) == 0 {
		delete(e.leads, o)
		return
	}
	e.leads[o] = slices.Clip(now)
}

// expose judges VP01 of those of whom it may be something else than before.
func (r *round) expose() {
	e := &r.reach
	take := func(set few[owner]) {
		for o := range set.all() {
			e.owners[o] = struct{}{}
		}
	}
	if e.all {
		for _, set := range e.grave {
			take(set)
		}
	} else {
		for name := range e.places {
			take(e.grave[key(name)])
			take(e.led[key(name)])
		}
		for name := range e.stirred {
			take(e.led[key(name)])
			for o := range e.grave[key(name)].all() {
				if _, ok := e.owners[o]; !ok && !e.walked(o, r.pathsTo(o.variants())) {
					e.owners[o] = struct{}{}
				}
			}
		}
	}
	if len(e.owners) > 0 {
		var asked *exposure.Reach
		if e.net != nil {
			asked = e.ways.Reach(r.c, e.net)
		}
		for o := range e.owners {
			r.judgeExposed(o, asked)
		}
	}
	e.all = false
	clear(e.places)
	clear(e.stirred)
	clear(e.owners)
}

// pathsTo lists the ways to pods of an owner. Those of a Service are made anew when something about it has changed, so that ways that are
// the same lead to the same pods from the same places.
func (r *round) pathsTo(list []*variant) (paths []*exposure.Way) {
	if r.reach.ways == nil {
		return nil
	}
	for _, v := range list {
		paths = append(paths, r.reach.ways.Of(r.c, v.first)...)
	}
	return paths
}

// walked tells that the ways to an owner are those of the last look.
func (e *reach) walked(o *owner, paths []*exposure.Way) bool {
	return slices.EqualFunc(e.paths[o], paths, func(a weak.Pointer[exposure.Way], b *exposure.Way) bool { return a.Value() == b })
}

// walk notes the ways to an owner, and whose controllers they go through.
func (e *reach) walk(o *owner, paths []*exposure.Way) {
	if len(paths) == 0 {
		delete(e.paths, o)
	} else {
		list := make([]weak.Pointer[exposure.Way], len(paths))
		for i, w := range paths {
			list[i] = weak.Make(w)
		}
		e.paths[o] = list
	}
	var led []string
	for _, w := range paths {
		for _, k := range w.Controller {
			if !slices.Contains(led, k.Namespace) {
				led = append(led, k.Namespace)
			}
		}
	}
	e.lead(o, led)
}
