package apply

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// farewell warns before a deletion of what no undo brings back; "" where there is nothing of that sort.
func (t target) farewell() string {
	switch t.kind.GroupKind().String() {
	case "Secret":
		return "The values of a Secret are never read, so nothing can bring this one back: save it yourself before you delete it."
	case "Namespace":
		return "All that is in the namespace goes with it. The undo makes the namespace again, and it will be empty."
	case "CustomResourceDefinition.apiextensions.k8s.io":
		return "All objects of the kind go with its definition. The undo brings back the definition alone."
	case "PersistentVolumeClaim":
		return "The data may go with the claim, as the volume's reclaim policy says. The undo does not bring it back."
	case "ServiceAccount":
		return "Tokens of the account end with it. The undo makes an account of the same name; its users have to get new tokens."
	}
	return ""
}

// lingers tells what keeps a deleted object from going; "" where nothing does.
func lingers(u *unstructured.Unstructured) string {
	if list := u.GetFinalizers(); len(list) > 0 {
		return fmt.Sprintf("It goes once these finalizers are taken off it: %s.", strings.Join(list, ", "))
	}
	return ""
}
