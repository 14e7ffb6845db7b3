package capture

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Put makes the source hold the given objects as they are, new or in place of what has their names, and hands the changes
// to every run at once: for what plays in a cluster in memory. Whoever confirms a write uses Apply. All of them are taken,
// or on an error none. Events are no state and are refused. The objects are not kept.
func (s *Source) Put(objects ...runtime.Object) error {
	list := make([]*object, len(objects))
	changes := make([]model.Change, len(objects))
	for i, o := range objects {
		data, err := objectJSON(o)
		if err != nil {
			return fmt.Errorf("object %d: %w", i+1, err)
		}
		if list[i], err = s.read(data); err != nil {
			return fmt.Errorf("object %d: %w", i+1, err)
		}
		changes[i] = model.Put(list[i].record)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range list {
		k := keyOf(o.ref)
		s.objects[k] = o
		delete(s.gone, k)
	}
	s.publish(changes...)
	return nil
}

// Delete removes objects, whatever version names them, and hands the changes to every run at once. What is not there is
// skipped, and named in an error that wraps model.ErrNotFound. Unlike Apply it keeps nothing for an undo.
func (s *Source) Delete(refs ...model.Ref) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var missing []error
	for _, ref := range refs {
		k := keyOf(ref)
		old := s.objects[k]
		if old == nil {
			missing = append(missing, fmt.Errorf("%s: %w", ref, model.ErrNotFound))
			continue
		}
		delete(s.objects, k)
		s.publish(model.Drop(old.ref))
	}
	return errors.Join(missing...)
}
