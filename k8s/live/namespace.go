package live

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// namespaces gives those that are tried where a kind may not be listed everywhere: those of -n; else that of the context
// and the first of those that are known.
func (s *session) namespaces(ctx context.Context) []string {
	if len(s.options.Namespaces) > 0 {
		return s.options.Namespaces
	}
	list := []string{s.options.ContextNamespace}
	s.mu.Lock()
	b := s.branches[schema.GroupKind{Kind: "Namespace"}]
	s.mu.Unlock()
	if b == nil {
		return list
	}
	select {
	case <-ctx.Done():
		return nil
	case <-b.whole.known:
	}
	keys := b.whole.keys()
	slices.Sort(keys)
	for _, name := range keys {
		if len(list) == maxNamespaces {
			break
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// peek gets the namespaces that are read one by one, where they may not be listed: whoever may read what is in a namespace
// may mostly get the namespace too, and its labels say how strict Pod Security is there. They are got once and may age.
func (b *branch) peek(deny func()) {
	b.peeked.Do(func() {
		s := b.session
		names := s.options.Namespaces
		if len(names) == 0 {
			names = []string{s.options.ContextNamespace}
		}
		for _, name := range names {
			b.say(name, model.Loading, "loading")
		}
		s.wg.Go(guarded(func() {
			for _, name := range names {
				b.get(name)
			}
		}))
	})
	deny()
}

// get reads one namespace.
func (b *branch) get(name string) {
	s, kind := b.session, b.whole.kind
	client, err := s.clients.rest(kind)
	if err != nil {
		s.options.Log.Error("namespaces", "err", err)
		b.say(name, model.Denied, err.Error())
		return
	}
	namespace := &corev1.Namespace{}
	ctx, cancel := s.clients.bounded(s.ctx)
	err = client.Get().Resource(kind.Resource).Name(name).Do(ctx).Into(namespace)
	cancel()
	if err != nil {
		s.options.Log.Debug("namespace", "name", name, "reason", faultOf(err).reason)
		f := faultOf(err)
		switch f.kind {
		case faultDenied:
			f.reason = "reading namespace " + name + " is not permitted"
		case faultAbsent:
			f.reason = "there is no namespace " + name
		}
		b.say(name, model.Denied, f.reason)
		return
	}
	r, err := s.maker().Make(namespace)
	if err != nil {
		s.options.Log.Error("namespace", "name", name, "err", err)
		b.say(name, model.Denied, err.Error())
		return
	}
	if b.whole.lend(r) {
		b.mu.Lock()
		b.left[name] = struct{}{}
		b.mu.Unlock()
		b.say(name, model.Partial, "read once: watching namespaces is not permitted")
	}
}

// say tells of one namespace that is read alone, unless all of them are read by now.
func (b *branch) say(name string, state model.CoverState, reason string) {
	if b.whole.complete() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spoken[name] = struct{}{}
	// That it was read once is no broken watch: it will never be read again, and the reason says so.
	b.session.sink.Cover(model.Coverage{Kind: b.whole.kind.GroupKind(), Namespace: name, State: state,
		Since: b.session.options.Clock.Now().Unix(), Reason: reason})
}
