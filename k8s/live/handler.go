package live

import (
	"k8s.io/client-go/tools/cache"

	"canopy/model"
)

// OnAdd passes on an object that is new.
func (f *feed) OnAdd(object any, initial bool) {
	if r, ok := object.(model.Record); ok {
		f.pass(model.Put(r), initial)
	}
}

// OnUpdate passes on an object that has changed.
func (f *feed) OnUpdate(_, object any) {
	if r, ok := object.(model.Record); ok {
		f.pass(model.Put(r), false)
	}
}

// OnDelete passes on that an object is gone.
func (f *feed) OnDelete(object any) {
	if tomb, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = tomb.Obj
	}
	if r, ok := object.(model.Record); ok {
		f.pass(model.Drop(r.Ref()), false)
	}
}

// pass hands changes on: those of the first list in batches, others at once.
func (f *feed) pass(change model.Change, more bool) {
	f.order.Lock()
	defer f.order.Unlock()
	f.passed++
	if f.given != nil {
		key := cache.NewObjectName(change.Ref.Namespace, change.Ref.Name).String()
		if change.Record != nil {
			f.given[key] = struct{}{}
		} else {
			delete(f.given, key)
		}
	}
	if f.onChange != nil && !more {
		f.onChange(change.Ref)
	}
	f.pending = append(f.pending, change)
	if !more || len(f.pending) >= batch {
		f.flushLocked()
	}
}

func (f *feed) flush() {
	f.order.Lock()
	defer f.order.Unlock()
	f.flushLocked()
}

func (f *feed) flushLocked() {
	if len(f.pending) > 0 {
		f.sink.Change(f.pending...)
		f.pending = nil
	}
}

// reconcile drops from the sink what others have put there and this feed, which has read all of its scope, does not hold.
func (f *feed) reconcile(keys []string) {
	if f.informer == nil {
		return
	}
	f.order.Lock()
	defer f.order.Unlock()
	f.flushLocked()
	for _, key := range keys {
		namespace, name, err := cache.SplitMetaNamespaceKey(key)
		if err != nil || (f.now.Namespace != "" && namespace != f.now.Namespace) {
			continue
		}
		if _, held, _ := f.informer.GetStore().GetByKey(key); !held {
			f.sink.Change(model.Drop(f.kind.Ref(namespace, name)))
		}
	}
}

// lend passes on a record that was read by other means, if the feed holds none of its name: its own would be newer.
func (f *feed) lend(r model.Record) bool {
	f.order.Lock()
	defer f.order.Unlock()
	if f.complete() {
		return false
	}
	key, err := cache.MetaNamespaceKeyFunc(r)
	if err != nil {
		return false
	}
	if _, held, _ := f.informer.GetStore().GetByKey(key); held {
		return false
	}
	f.flushLocked()
	f.sink.Change(model.Put(r))
	return true
}
