package capture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/leaves"
	"canopy/model/record"
)

var (
	errNobody   = errors.New("nobody is there to look for credentials")
	errSweeping = errors.New("objects are being looked at already")
	errNoEvents = errors.New("Events were not looked at: of those in files only what they say of other objects is kept")
)

// Sweep looks for credentials in the custom resources that the capture holds, one at a time: in all, or in those of the namespaces
// that are given. What was found there the last time and is no more is taken away.
func (s *Source) Sweep(ctx context.Context, what model.SweepOptions, sink model.Sink) error {
	inspector := s.maker.Inspector
	if inspector == nil {
		return errNobody
	}
	if !s.sweeping.TryLock() {
		return errSweeping
	}
	defer s.sweeping.Unlock()
	var wrong []error
	if what.Events {
		wrong = append(wrong, errNoEvents)
	}
	if !what.CustomResources {
		return errors.Join(wrong...)
	}
	outside := func(namespace string) bool {
		return len(what.Namespaces) > 0 && !slices.Contains(what.Namespaces, namespace)
	}
	found := map[model.Ref]bool{}
	for i, o := range slices.DeleteFunc(s.custom(), func(o *object) bool { return outside(o.ref.Namespace) }) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if what.Progress != nil {
			what.Progress(o.ref.Kind, i)
		}
		tree, err := s.tree(o)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", o.ref, err))
			continue
		}
		if metadata, ok := tree["metadata"].(map[string]any); ok {
			// They were looked at when the record was made.
			delete(metadata, "annotations")
		}
		if list := leaves.Inspect(inspector, tree); len(list) > 0 {
			r := record.MakeSweep(o.ref, list)
			found[r.Ref()] = true
			sink.Change(model.Put(r))
		}
	}
	for _, ref := range inorder.Collect(maps.Keys(s.swept), model.Ref.Compare) {
		switch {
		case found[ref]:
		case outside(ref.Namespace):
			found[ref] = true
		default:
			sink.Change(model.Drop(ref))
		}
	}
	s.swept = found
	return errors.Join(wrong...)
}

// custom lists the objects that a sweep looks at, in order.
func (s *Source) custom() []*object {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*object
	for k, o := range s.objects {
		kind := model.KindOf(k.kind)
		if kind == nil {
			kind = guessedKind(o.ref)
		}
		if leaves.Swept(kind) {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b *object) int { return a.ref.Compare(b.ref) })
	return list
}
