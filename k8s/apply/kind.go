package apply

import (
	"context"
	"errors"
	"fmt"

	"canopy/k8s/served"
	"canopy/model"
)

// errUnserved tells that a server does not know a kind.
var errUnserved = errors.New("the server does not serve this kind")

// find gives the object that a step is about. Kinds of Kubernetes itself are known; others are looked for at the version that
// the step names and, unless the object is written in it, at the version that the server prefers.
func (w *Writer) find(ctx context.Context, step model.Step) (target, error) {
	ref := step.Ref
	t := target{namespace: ref.Namespace, name: ref.Name}
	if t.kind = model.BuiltIn(ref.GroupKind()); t.kind != nil {
		return t, nil
	}
	client, err := w.reading.general()
	if err != nil {
		return t, err
	}
	ctx, cancel := w.reading.bounded(ctx)
	defer cancel()
	if t.kind, err = served.Find(ctx, client, ref.GroupKind().WithVersion(ref.Version)); err != nil || t.kind != nil {
		return t, err
	}
	if k := model.OptionalKind(ref.GroupKind()); k != nil && step.Verb != model.Create {
		answer, err := served.Ask(ctx, client, []*model.Kind{k})
		if err != nil {
			return t, err
		}
		if t.kind = answer.Has(ref.GroupKind()); t.kind != nil {
			return t, nil
		}
	}
	return t, fmt.Errorf("%w: %s %s", errUnserved, ref.APIVersion(), ref.Kind)
}
