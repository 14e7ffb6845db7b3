package canarytest

import (
	"encoding/json"
	"reflect"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// deepest bounds how deep a field lies that a text is planted in: some types hold themselves.
const deepest = 24

// Kinds gives one empty object of each kind of which every field is planted, by apiVersion and kind.
func Kinds() map[[2]string]any {
	return map[[2]string]any{
		{"v1", "Pod"}: &corev1.Pod{}, {"v1", "Service"}: &corev1.Service{}, {"v1", "PersistentVolume"}: &corev1.PersistentVolume{}, {"v1", "Node"}: &corev1.Node{},
		{"v1", "ServiceAccount"}: &corev1.ServiceAccount{}, {"v1", "Event"}: &corev1.Event{}, {"v1", "ConfigMap"}: &corev1.ConfigMap{}, {"v1", "Secret"}: &corev1.Secret{},
		{"apps/v1", "Deployment"}: &appsv1.Deployment{}, {"batch/v1", "CronJob"}: &batchv1.CronJob{},
		{"networking.k8s.io/v1", "Ingress"}: &networkingv1.Ingress{}, {"storage.k8s.io/v1", "StorageClass"}: &storagev1.StorageClass{},
	}
}

// Filled gives an object of a type with a text in every field that can hold one, and the values of maps; what text gives depends on the key that
// it stands under. Of its own metadata the annotations and labels are filled alone: the rest names it.
func Filled(t testing.TB, apiVersion, kind string, empty any, text func(key string) string) Object {
	t.Helper()
	v := reflect.New(reflect.TypeOf(empty).Elem())
	plant(v.Elem(), "", text, 0)
	data, err := json.Marshal(v.Interface())
	if err != nil {
		t.Fatal(err)
	}
	var o Object
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	o["apiVersion"], o["kind"] = apiVersion, kind
	metadata, _ := o["metadata"].(Object)
	o["metadata"] = Object{"name": "planted", "annotations": metadata["annotations"], "labels": metadata["labels"]}
	return o
}

// plant fills a value, and what is below it.
func plant(v reflect.Value, key string, text func(string) string, depth int) {
	if depth > deepest {
		return
	}
	switch x := v.Addr().Interface().(type) {
	case *intstr.IntOrString:
		*x = intstr.FromString(text(key))
		return
	case *runtime.RawExtension:
		*x = runtime.RawExtension{Raw: []byte(`{"field":` + quoted(text(key)) + `}`)}
		return
	case json.Unmarshaler:
		// Times and quantities, which are checked when they are written.
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text(key))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(v.Elem(), key, text, depth+1)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(text(key)))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		plant(v.Index(0), key, text, depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		e := reflect.New(v.Type().Elem()).Elem()
		plant(e, key, text, depth+1)
		v.SetMapIndex(reflect.ValueOf("planted").Convert(v.Type().Key()), e)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				plant(v.Field(i), fieldName(v.Type().Field(i), key), text, depth+1)
			}
		}
	default:
		// Numbers and flags hold no text.
	}
}

// fieldName gives the key of a field in JSON; that of what it stands in where it is inlined.
func fieldName(f reflect.StructField, above string) string {
	tag := f.Tag.Get("json")
	for i := range len(tag) {
		if tag[i] == ',' {
			tag = tag[:i]
			break
		}
	}
	if tag == "" {
		return above
	}
	return tag
}

func quoted(s string) string { return text(s) }
