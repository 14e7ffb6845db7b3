package manifest

import (
	"slices"
	"strings"
	"testing"
)

func TestReadOrdersWhatOthersNeedFirst(t *testing.T) {
	objects, err := Read("testdata/garden")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, object := range objects {
		got = append(got, object.GetKind()+"/"+object.GetName())
	}
	want := []string{
		"Namespace/garden", "CustomResourceDefinition/plants.garden.example", "ClusterRole/system:node-proxier", "Node/oak", "Deployment/web", "Pod/debug", "Pod/broken", "Plant/fern",
	}
	if !slices.Equal(got, want) {
		t.Errorf("order is %v, want %v", got, want)
	}
	if Nodes(objects) != 1 {
		t.Errorf("%d nodes, want 1", Nodes(objects))
	}
}

func TestReadNamesBadDocumentsAndKeepsTheRest(t *testing.T) {
	objects, err := Read("testdata/broken")
	if len(objects) != 1 || objects[0].GetName() != "fine" {
		t.Errorf("objects are %v, want the one that is fine", objects)
	}
	if err == nil || !strings.Contains(err.Error(), "bad.yaml: document 2") || !strings.Contains(err.Error(), "bad.yaml: document 3") || strings.Contains(err.Error(), "document 4") {
		t.Errorf("error is %v, want documents 2 and 3 named", err)
	}
}
