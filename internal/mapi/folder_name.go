package mapi

// Languages of default folder names, primary language identifiers of [MS-LCID].
const (
	langGerman     = 0x07
	langSpanish    = 0x0A
	langFrench     = 0x0C
	langItalian    = 0x10
	langJapanese   = 0x11
	langDutch      = 0x13
	langPortuguese = 0x16
	langRussian    = 0x19
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
		case langItalian:
			return t.italian
		case langDutch:
			return t.dutch
		case langPortuguese:
			return t.portuguese
		case langRussian:
			return t.russian
		}
	}
	return english
}

type folderTranslation struct{ german, french, spanish, japanese, italian, dutch, portuguese, russian string }

var folderNames = map[string]folderTranslation{
	"Top of Information Store":     {"Oberste Ebene des Informationsspeichers", "Haut de la banque d'informations", "Principio del almacén de información", "インフォメーション ストアの先頭", "Livello superiore dell'archivio informazioni", "Bovenste niveau van gegevensarchief", "Início do Repositório de Informações", "Корневой уровень хранилища"},
	"Inbox":                        {"Posteingang", "Boîte de réception", "Bandeja de entrada", "受信トレイ", "Posta in arrivo", "Postvak IN", "Caixa de Entrada", "Входящие"},
	"Outbox":                       {"Postausgang", "Boîte d'envoi", "Bandeja de salida", "送信トレイ", "Posta in uscita", "Postvak UIT", "Caixa de Saída", "Исходящие"},
	"Sent Items":                   {"Gesendete Elemente", "Éléments envoyés", "Elementos enviados", "送信済みアイテム", "Posta inviata", "Verzonden items", "Itens Enviados", "Отправленные"},
	"Deleted Items":                {"Gelöschte Elemente", "Éléments supprimés", "Elementos eliminados", "削除済みアイテム", "Posta eliminata", "Verwijderde items", "Itens Excluídos", "Удаленные"},
	"Calendar":                     {"Kalender", "Calendrier", "Calendario", "予定表", "Calendario", "Agenda", "Calendário", "Календарь"},
	"Contacts":                     {"Kontakte", "Contacts", "Contactos", "連絡先", "Contatti", "Contactpersonen", "Contatos", "Контакты"},
	"Journal":                      {"Journal", "Journal", "Diario", "履歴", "Diario", "Logboek", "Diário", "Дневник"},
	"Notes":                        {"Notizen", "Notes", "Notas", "メモ", "Note", "Notities", "Anotações", "Заметки"},
	"Tasks":                        {"Aufgaben", "Tâches", "Tareas", "仕事", "Attività", "Taken", "Tarefas", "Задачи"},
	"Drafts":                       {"Entwürfe", "Brouillons", "Borradores", "下書き", "Bozze", "Concepten", "Rascunhos", "Черновики"},
	"Junk E-mail":                  {"Junk-E-Mail", "Courrier indésirable", "Correo electrónico no deseado", "迷惑メール", "Posta indesiderata", "Ongewenste e-mail", "Lixo Eletrônico", "Нежелательная почта"},
	"Sync Issues":                  {"Synchronisierungsprobleme", "Problèmes de synchronisation", "Problemas de sincronización", "同期の失敗", "Problemi di sincronizzazione", "Synchronisatieproblemen", "Problemas de Sincronização", "Ошибки синхронизации"},
	"Conflicts":                    {"Konflikte", "Conflits", "Conflictos", "競合", "Conflitti", "Conflicten", "Conflitos", "Конфликты"},
	"Local Failures":               {"Lokale Fehler", "Défaillances locales", "Errores locales", "ローカルの失敗", "Errori locali", "Lokale fouten", "Falhas Locais", "Локальные ошибки"},
	"Server Failures":              {"Serverfehler", "Défaillances du serveur", "Errores del servidor", "サーバーの失敗", "Errori del server", "Serverfouten", "Falhas do Servidor", "Ошибки сервера"},
	"RSS Feeds":                    {"RSS-Feeds", "Flux RSS", "Fuentes RSS", "RSS フィード", "Feed RSS", "RSS-feeds", "Feeds RSS", "RSS-каналы"},
	"Suggested Contacts":           {"Vorgeschlagene Kontakte", "Contacts suggérés", "Contactos sugeridos", "連絡先候補", "Contatti suggeriti", "Voorgestelde contactpersonen", "Contatos Sugeridos", "Предлагаемые контакты"},
	"Conversation Action Settings": {"Einstellungen für Unterhaltungsaktionen", "Paramètres des actions de conversation", "Configuración de acciones de conversación", "スレッド アクションの設定", "Impostazioni azioni conversazione", "Instellingen voor gespreksacties", "Configurações de Ação de Conversa", "Параметры действий для бесед"},
	"Quick Step Settings":          {"QuickStep-Einstellungen", "Paramètres d'action rapide", "Configuración de pasos rápidos", "クイック操作の設定", "Impostazioni passaggio rapido", "Instellingen voor snelle stap", "Configurações de Etapa Rápida", "Параметры быстрых действий"},
}
