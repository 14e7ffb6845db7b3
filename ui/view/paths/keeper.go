// Package paths holds the screens of attack paths: which there are, how one would go, hop by hop, what ends them, and what one thing
// can come to reach.
package paths

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"canopy/analysis/attack"
	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/ui/view"
)

// Keeper keeps what the screens of one session have asked, so that going from one to the other asks nothing anew. The zero value is
// one that has asked nothing yet.
type Keeper struct {
	// Edges reads the steps of attack; nil means catalogue.Edges.
	Edges func() ([]*model.Edge, error)

	mutex    sync.Mutex
	readings []*reading
	serial   uint64
	edges    map[string]*model.Edge
}

// kept bounds the answers that are kept: those of the screens that one goes back and forth between.
const kept = 6

// inquiry is what is asked. It is comparable.
type inquiry struct {
	// source and goal are ids of nodes; "" is every source, and cluster-admin.
	source, goal string
	lateral      bool
	// limit is how many paths are listed.
	limit int
}

// reading is what was answered. It is immutable.
type reading struct {
	of inquiry
	// basis is what it was read from, sequence the number of the report.
	basis    basis
	sequence uint64
	// serial tells readings apart.
	serial   uint64
	from, to attack.Node
	answer   attack.Answer
	// wrong says why there is no answer.
	wrong string
	// edges lists the steps that each cut ends, as far as paths are listed.
	edges map[cutKey][]string
	// grants lists, by role, the bindings that open steps with it.
	grants map[model.Ref][]cutKey
}

// basis is what an answer rests on, as far as a report tells.
type basis struct {
	attack *model.Attack
	digest uint64
}

func basisOf(r *model.Report) basis { return basis{r.Attack, r.Digest} }

// cutKey tells edits apart.
type cutKey struct {
	object model.Ref
	edit   string
}

func keyOf(c *model.Cut) cutKey { return cutKey{c.Object, c.Edit} }

// read answers an inquiry as of a snapshot, or gives what it has of it.
func (k *Keeper) read(ctx context.Context, session view.Session, snapshot *view.Snapshot, of inquiry) (*reading, error) {
	now := basisOf(snapshot.Report)
	k.mutex.Lock()
	for _, r := range k.readings {
		if r.of == of && r.basis == now {
			k.mutex.Unlock()
			return r, nil
		}
	}
	k.mutex.Unlock()
	r := &reading{of: of, basis: now, sequence: snapshot.Report.Sequence}
	if err := ask(ctx, session, func(a attack.Asker) {
		if r.from, r.to, r.wrong = ends(a, of); r.wrong == "" {
			r.answer = a.Paths(attack.Question{From: r.from, To: r.to, Lateral: of.lateral, Limit: of.limit})
		}
	}); err != nil {
		return nil, err
	}
	r.index()
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.serial++
	r.serial = k.serial
	k.readings = append(slices.DeleteFunc(k.readings, func(o *reading) bool { return o.of == of }), r)
	k.readings = k.readings[max(0, len(k.readings)-kept):]
	return r, nil
}

// ask asks what knows the graph, once there is one.
func ask(ctx context.Context, session view.Session, f func(attack.Asker)) error {
	return session.AskAttack(ctx, func(a attack.Asker) {
		if a != nil {
			f(a)
		}
	})
}

// ends finds the nodes of an inquiry, or says which there is not.
func ends(a attack.Asker, of inquiry) (from, to attack.Node, wrong string) {
	var ok bool
	if of.source != "" {
		if from, ok = a.Find(of.source); !ok {
			return from, to, "there is no " + of.source + " any more, or nothing that an attack could begin at"
		}
	}
	if to, ok = a.Find(cmp.Or(of.goal, attack.ClusterAdmin.ID)); !ok {
		return from, to, "there is no " + of.goal + " any more, or nothing that an attack could be after"
	}
	return from, to, ""
}

// index finds which steps each cut ends.
func (r *reading) index() {
	r.edges, r.grants = map[cutKey][]string{}, map[model.Ref][]cutKey{}
	for i := range r.answer.Paths {
		for j := range r.answer.Paths[i].Hops {
			h := &r.answer.Paths[i].Hops[j]
			if h.Cut.Object.IsZero() {
				continue
			}
			key := keyOf(&h.Cut)
			if !slices.Contains(r.edges[key], h.Edge) {
				r.edges[key] = append(r.edges[key], h.Edge)
			}
			if role := h.Proof.Role; !role.IsZero() && key.object == h.Proof.Object && !slices.Contains(r.grants[role], key) {
				r.grants[role] = append(r.grants[role], key)
			}
		}
	}
}

// cutters lists the edits of which a cut is made up, with the steps that each ends: the cut itself, and of a role the bindings that give
// it, since what is found is found on them.
func (r *reading) cutters(c *model.Cut) map[cutKey][]string {
	out := map[cutKey][]string{keyOf(c): r.edges[keyOf(c)]}
	for _, key := range r.grants[c.Object] {
		out[key] = r.edges[key]
	}
	return out
}

// all counts the paths there are.
func (r *reading) all() int { return len(r.answer.Paths) + r.answer.More }

// cut gives a cut as it is ranked; false where it is not.
func (r *reading) cut(c *model.Cut) (model.Cut, bool) {
	if r != nil && !c.Object.IsZero() {
		for _, ranked := range r.answer.Cuts {
			if keyOf(&ranked) == keyOf(c) {
				return ranked, true
			}
		}
	}
	return model.Cut{}, false
}

// catalogued gives the steps of attack by id. Reading them takes its time, so commands ask for it.
func (k *Keeper) catalogued() (map[string]*model.Edge, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.edges == nil {
		read := k.Edges
		if read == nil {
			read = catalogue.Edges
		}
		list, err := read()
		if err != nil {
			return nil, err
		}
		k.edges = make(map[string]*model.Edge, len(list))
		for _, e := range list {
			k.edges[e.ID] = e
		}
	}
	return k.edges, nil
}
