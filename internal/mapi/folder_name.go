package mapi

// Languages of default folder names, primary language identifiers of [MS-LCID].
const (
	langGerman   = 0x07
	langSpanish  = 0x0A
	langFrench   = 0x0C
	langJapanese = 0x11
)

// FolderName returns the name of a default folder in the language of a locale, [MS-LCID]. english is the folder's
// name in English, which it also returns for languages and folders without a translation: the hidden folders below
// the root keep their English names.
func FolderName(lcid uint32, english string) string {
	if t, ok := folderNames[english]; ok {
		switch lcid & 0x3FF {
		case langGerman:
			return t.german
		case langFrench:
			return t.french
		case langSpanish:
			return t.spanish
		case langJapanese:
			return t.japanese
		}
	}
	return english
}

type folderTranslation struct{ german, french, spanish, japanese string }

var folderNames = map[string]folderTranslation{
	"Top of Information Store":     {"Oberste Ebene des Informationsspeichers", "Haut de la banque d'informations", "Principio del almacén de información", "インフォメーション ストアの先頭"},
	"Inbox":                        {"Posteingang", "Boîte de réception", "Bandeja de entrada", "受信トレイ"},
	"Outbox":                       {"Postausgang", "Boîte d'envoi", "Bandeja de salida", "送信トレイ"},
	"Sent Items":                   {"Gesendete Elemente", "Éléments envoyés", "Elementos enviados", "送信済みアイテム"},
	"Deleted Items":                {"Gelöschte Elemente", "Éléments supprimés", "Elementos eliminados", "削除済みアイテム"},
	"Calendar":                     {"Kalender", "Calendrier", "Calendario", "予定表"},
	"Contacts":                     {"Kontakte", "Contacts", "Contactos", "連絡先"},
	"Journal":                      {"Journal", "Journal", "Diario", "履歴"},
	"Notes":                        {"Notizen", "Notes", "Notas", "メモ"},
	"Tasks":                        {"Aufgaben", "Tâches", "Tareas", "仕事"},
	"Drafts":                       {"Entwürfe", "Brouillons", "Borradores", "下書き"},
	"Junk E-mail":                  {"Junk-E-Mail", "Courrier indésirable", "Correo electrónico no deseado", "迷惑メール"},
	"Sync Issues":                  {"Synchronisierungsprobleme", "Problèmes de synchronisation", "Problemas de sincronización", "同期の失敗"},
	"Conflicts":                    {"Konflikte", "Conflits", "Conflictos", "競合"},
	"Local Failures":               {"Lokale Fehler", "Défaillances locales", "Errores locales", "ローカルの失敗"},
	"Server Failures":              {"Serverfehler", "Défaillances du serveur", "Errores del servidor", "サーバーの失敗"},
	"RSS Feeds":                    {"RSS-Feeds", "Flux RSS", "Fuentes RSS", "RSS フィード"},
	"Suggested Contacts":           {"Vorgeschlagene Kontakte", "Contacts suggérés", "Contactos sugeridos", "連絡先候補"},
	"Conversation Action Settings": {"Einstellungen für Unterhaltungsaktionen", "Paramètres des actions de conversation", "Configuración de acciones de conversación", "スレッド アクションの設定"},
	"Quick Step Settings":          {"QuickStep-Einstellungen", "Paramètres d'action rapide", "Configuración de pasos rápidos", "クイック操作の設定"},
}
