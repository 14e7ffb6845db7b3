package live

import (
	"errors"
	"io"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"canopy/model/record"

	"encoding/json"
)

const (
	rowTable = `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"9"},"columnDefinitions":` +
		`[{"name":"Name"},{"name":"Type"},{"name":"Data"},{"name":"Age"}],"rows":[{"cells":["s","Opaque",2,"1s"],` +
		`"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"s","namespace":"ns","resourceVersion":"8"}}}]}`
	bareRow = `{"kind":"Table","columnDefinitions":null,"rows":[{"cells":["s","kubernetes.io/tls",3,"1s"],` +
		`"object":{"metadata":{"name":"s","namespace":"ns","resourceVersion":"10"}}}]}`
	endMark = `{"kind":"Table","rows":[{"cells":["","",0,""],"object":{"metadata":{"resourceVersion":"11","annotations":{"k8s.io/initial-events-end":"true"}}}}]}`
)

func decoder(frames ...string) *tableDecoder {
	body := io.NopCloser(strings.NewReader(strings.Join(frames, "\n")))
	return &tableDecoder{body: body, json: json.NewDecoder(body)}
}

func frame(event, object string) string { return `{"type":"` + event + `","object":` + object + `}` }

func TestTableStream(t *testing.T) {
	d := decoder(frame("ADDED", rowTable), frame("MODIFIED", bareRow), frame("BOOKMARK", endMark),
		frame("DELETED", bareRow), frame("ERROR", `{"kind":"Status","code":410,"reason":"Expired"}`))
	want := func(event watch.EventType) runtime.Object {
		t.Helper()
		got, object, err := d.Decode()
		if err != nil || got != event {
			t.Fatalf("got %s (%v), want %s", got, err, event)
		}
		return object
	}
	if s := want(watch.Added).(*record.Secret); s.Type != "Opaque" || s.Keys != 2 || s.Name != "s" || s.ResourceVersion != "8" {
		t.Errorf("added %+v", s)
	}
	if s := want(watch.Modified).(*record.Secret); s.Type != "kubernetes.io/tls" || s.Keys != 3 {
		t.Errorf("columns are not remembered: %+v", s)
	}
	mark := watch.Event{Type: watch.Bookmark, Object: want(watch.Bookmark)}
	if v := endOfList(mark); v != "11" {
		t.Errorf("end of the list at %q", v)
	}
	want(watch.Deleted)
	if s := want(watch.Error).(*metav1.Status); s.Code != 410 {
		t.Errorf("error %+v", s)
	}
	if _, _, err := d.Decode(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestTableOfSurprises(t *testing.T) {
	for name, object := range map[string]string{
		"whole secrets":      `{"kind":"Secret","metadata":{"name":"s"},"data":{"k":"dg=="}}`,
		"nothing":            `{}`,
		"a list":             `{"kind":"SecretList","items":[{"metadata":{"name":"s"},"data":{"k":"dg=="}}]}`,
		"rows of odd shape":  `{"kind":"Table","rows":{}}`,
		"text for an object": `"x"`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := decoder(frame("ADDED", object)).Decode(); err == nil {
				t.Error("no error")
			}
		})
	}
	for name, object := range map[string]string{
		"no columns":   `{"kind":"Table","rows":[{"cells":["s","Opaque",2],"object":{"metadata":{"name":"s"}}}]}`,
		"few cells":    `{"kind":"Table","columnDefinitions":[{"name":"Name"},{"name":"Type"},{"name":"Data"}],"rows":[{"cells":["s"],"object":{"metadata":{"name":"s"}}}]}`,
		"odd cells":    `{"kind":"Table","columnDefinitions":[{"name":"Type"},{"name":"Data"}],"rows":[{"cells":[1,"x"],"object":{"metadata":{"name":"s"}}}]}`,
		"bare":         `{"kind":"PartialObjectMetadata","metadata":{"name":"s"}}`,
		"empty cells":  `{"kind":"Table","columnDefinitions":[{"name":"Type"},{"name":"Data"}],"rows":[{"cells":null,"object":{"metadata":{"name":"s"}}}]}`,
		"null columns": `{"kind":"Table","columnDefinitions":null,"rows":[{"object":{"metadata":{"name":"s"}}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, object, err := decoder(frame("ADDED", object)).Decode()
			if err != nil {
				t.Fatal(err)
			}
			if s := object.(*record.Secret); s.Name != "s" || s.Keys != -1 || s.Type != "" {
				t.Errorf("%+v", s)
			}
		})
	}
}
