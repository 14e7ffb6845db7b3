package capture

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"

	"canopy/model"
	"canopy/model/mask"
	"canopy/model/record"
	"canopy/model/scheme"
)

// fill makes the record of an object, or the event.
func (d *decoder) fill(o *object, r *reading, data []byte, e *envelope) (warnings []string, err error) {
	if r.convert != nil {
		var tree map[string]any
		twice, err := kjson.UnmarshalStrict(data, &tree)
		if err != nil {
			return nil, err
		}
		for _, t := range twice {
			warnings = append(warnings, t.Error())
		}
		r.convert(tree)
		if data, err = json.Marshal(tree); err != nil {
			return nil, err
		}
	}
	var obj runtime.Object
	switch {
	case r.kind != nil && r.kind.Kind == "Event":
		if o.event, err = decodeEvent(data); err == nil {
			o.event.Message = mask.Message(o.event.Message, d.maker.Inspector)
		}
		return nil, err
	case r.kind == nil || r.kind.Kind == "CustomResourceDefinition" || r.kind.Kind == "APIService":
		u := &unstructured.Unstructured{}
		twice, err := kjson.UnmarshalStrict(data, &u.Object)
		if err != nil {
			return nil, err
		}
		if r.convert == nil {
			for _, t := range twice {
				warnings = append(warnings, t.Error())
			}
		}
		// The metadata is read by the getters, which forgive what is no metadata; the types do not.
		var check metav1.PartialObjectMetadata
		if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &check); err != nil {
			return nil, err
		}
		u.SetGroupVersionKind(r.gvk)
		plain(u.Object)
		obj = u
	default:
		if obj, err = scheme.Types().New(r.gvk); err != nil {
			return nil, err
		}
		strict, err := kjson.UnmarshalStrict(data, obj)
		if err != nil {
			return nil, err
		}
		for _, s := range strict {
			if e.Keys == nil || s.Error() != `unknown field "canopyKeys"` {
				warnings = append(warnings, s.Error())
			}
		}
	}
	meta, ok := obj.(metav1.Object)
	if !ok {
		return nil, fmt.Errorf("%T has no metadata", obj)
	}
	meta.SetName(o.ref.Name)
	meta.SetNamespace(o.ref.Namespace)
	setDefaults(obj)
	if o.record, err = d.makeRecord(obj, e, d.own(o)); err != nil {
		return nil, err
	}
	if r.old {
		if w, ok := o.record.(interface{ SetWritten(string) }); ok {
			w.SetWritten(e.APIVersion)
		}
	}
	return warnings, nil
}

// own tells that the object stands in a capture of ours.
func (d *decoder) own(o *object) bool { return o.file != nil && o.file.own }

func (d *decoder) makeRecord(obj runtime.Object, e *envelope, own bool) (model.Record, error) {
	s, ok := obj.(*corev1.Secret)
	if !ok {
		return d.maker.Make(obj)
	}
	keys := len(s.Data)
	for k := range s.StringData {
		if _, twice := s.Data[k]; !twice {
			keys++
		}
	}
	switch {
	case e.Keys != nil:
		keys = *e.Keys
	case own:
		keys = -1
	}
	return d.maker.Secret(s, string(s.Type), keys), nil
}

// decodeEvent reads an event of either group.
func decodeEvent(data []byte) (*model.Event, error) {
	type object struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Namespace  string `json:"namespace"`
		Name       string `json:"name"`
	}
	var e struct {
		Metadata       metav1.ObjectMeta `json:"metadata"`
		Type           string            `json:"type"`
		Reason         string            `json:"reason"`
		Message        string            `json:"message"`
		Note           string            `json:"note"`
		Involved       object            `json:"involvedObject"`
		Regarding      object            `json:"regarding"`
		Count          int32             `json:"count"`
		Deprecated     int32             `json:"deprecatedCount"`
		LastTimestamp  metav1.Time       `json:"lastTimestamp"`
		DeprecatedLast metav1.Time       `json:"deprecatedLastTimestamp"`
		EventTime      metav1.MicroTime  `json:"eventTime"`
		Series         *struct {
			Count int32            `json:"count"`
			Last  metav1.MicroTime `json:"lastObservedTime"`
		} `json:"series"`
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &e); err != nil {
		return nil, err
	}
	about := e.Involved
	if about.Kind == "" {
		about = e.Regarding
	}
	owner := record.Owner{APIVersion: about.APIVersion, Kind: about.Kind, Name: about.Name}
	out := &model.Event{Type: e.Type, Reason: e.Reason, Message: e.Message, Object: owner.Ref(about.Namespace), Count: max(e.Count, e.Deprecated, 1)}
	if out.Message == "" {
		out.Message = e.Note
	}
	for _, t := range []metav1.Time{e.LastTimestamp, e.DeprecatedLast, metav1.Time(e.EventTime), e.Metadata.CreationTimestamp} {
		if !t.IsZero() {
			out.Time = t.Unix()
			break
		}
	}
	if e.Series != nil {
		out.Count = max(out.Count, e.Series.Count)
		if !e.Series.Last.IsZero() {
			out.Time = max(out.Time, e.Series.Last.Unix())
		}
	}
	return out, nil
}
