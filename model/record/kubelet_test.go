package record

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"canopy/model"
)

func ptr[T any](v T) *T { return &v }

func TestReadKubelet(t *testing.T) {
	full := `{"authentication":{"anonymous":{"enabled":false},"webhook":{"enabled":true},"x509":{"clientCAFile":"/etc/ca.crt"}},"authorization":{"mode":"Webhook"},
		"readOnlyPort":10255,"rotateCertificates":true,"serverTLSBootstrap":true,"failCgroupV1":false,"protectKernelDefaults":true,"eventRecordQPS":0,"streamingConnectionIdleTimeout":"4h0m0s","port":10250}`
	want := KubeletConfig{Anonymous: ptr(false), Authorization: "Webhook", ReadOnlyPort: ptr(int32(10255)), RotateCertificate: ptr(true), ServerTLS: ptr(true), FailCgroupV1: ptr(false),
		ProtectKernel: ptr(true), EventRecordQPS: ptr(int32(0)), StreamingIdle: "4h0m0s", ClientCA: true}
	for name, c := range map[string]struct {
		text string
		want KubeletConfig
	}{
		"as configz gives it": {`{"kubeletconfig":` + full + `}`, want},
		"as a file":           {`{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1",` + full[1:], want},
		"says nothing":        {`{"kubeletconfig":{}}`, KubeletConfig{}},
		"nulls":               {`{"kubeletconfig":{"authentication":null,"readOnlyPort":null}}`, KubeletConfig{}},
		"other words":         {`{"kubeletconfig":{"READONLYPORT":1,"readonlyport":2}}`, KubeletConfig{}},
	} {
		got, err := ReadKubelet([]byte(c.text))
		if err != nil || !got.Same(&c.want) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if got, err := ReadKubelet([]byte(`{"kubeletconfig":{"authorization":{"mode":"` + strings.Repeat("x", 9999) + `"}}}`)); err != nil || len(got.Authorization) > maxText {
		t.Errorf("a long text: %d bytes, %v", len(got.Authorization), err)
	}
	for _, bad := range []string{``, `null`, `[]`, `{}`, `{"kind":"Status","code":403}`, `{"kubeletconfig":[]}`, `{"kubeletconfig":{}`, `{"kubeletconfig":{}} x`, `{"kubeletconfig":{"authentication":[]}}`,
		`{"kubeletconfig":{"readOnlyPort":"10255"}}`, `{"kubeletconfig":{"readOnlyPort":1.5}}`, `{"kubeletconfig":{"readOnlyPort":1e30}}`, `{"kubeletconfig":{"rotateCertificates":"canary"}}`, strings.Repeat(`{"kubeletconfig":`, 20000)} {
		got, err := ReadKubelet([]byte(bad))
		if !errors.Is(err, ErrNoKubelet) || strings.Contains(err.Error(), "canary") || got != (KubeletConfig{}) {
			t.Errorf("%.60s: %+v %v", bad, got, err)
		}
	}
}

// TestKubeletsDiffer changes one field after the other, by pointers that differ where what they lead to does not.
func TestKubeletsDiffer(t *testing.T) {
	make1 := func() *KubeletFacts {
		return MakeKubeletFacts("n1", KubeletConfig{Anonymous: ptr(false), Authorization: "a", ReadOnlyPort: ptr(int32(1)), RotateCertificate: ptr(false), ServerTLS: ptr(false), FailCgroupV1: ptr(false),
			ProtectKernel: ptr(false), EventRecordQPS: ptr(int32(1)), StreamingIdle: "a"}, 7)
	}
	a := make1()
	if !a.Same(make1()) || !a.Same(a.DeepCopyObject().(model.Record)) || a.Ref() != model.OwnKind("KubeletFacts").Ref("", "n1") {
		t.Error("equal facts differ")
	}
	config := reflect.TypeFor[KubeletConfig]()
	for i := range config.NumField() {
		b := make1()
		f := reflect.ValueOf(&b.Config).Elem().Field(i)
		switch f.Kind() {
		case reflect.Pointer:
			f.SetZero()
			if a.Same(b) || b.Same(a) {
				t.Errorf("%s: nothing is like something", config.Field(i).Name)
			}
			f.Set(reflect.New(f.Type().Elem()))
			if f.Elem().Kind() == reflect.Bool {
				f.Elem().SetBool(true)
			}
		case reflect.String:
			f.SetString("b")
		case reflect.Bool:
			f.SetBool(true)
		}
		if a.Same(b) {
			t.Errorf("%s is not compared", config.Field(i).Name)
		}
	}
	b := make1()
	b.Failed = "x"
	c := make1()
	c.Read = 8
	if a.Same(b) || a.Same(c) {
		t.Error("why it failed, or when it was read, is not compared")
	}
}
