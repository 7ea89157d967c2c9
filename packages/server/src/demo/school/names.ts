/** Given and family names that belong together, from the languages of a school's families. All invented as pairs. */
export interface NameStock {
  readonly given: readonly string[];
  readonly family: readonly string[];
}

const words = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll('_', ' '));
const stock = (given: string, family: string): NameStock => ({ given: words(given), family: words(family) });

export const GERMAN = stock(
  'Jürgen Käthe Lena Jonas Grete Sören Änne Björn Mia Felix Frieda Ömer Lukas Hannah Anton Zoë',
  'Müller Weiß Schröder Groß Köhler Jäger Böhm Strauß von_der_Heide Krüger Lang Fuchs Vogel Schäfer Winter Günther',
);
export const TURKISH = stock(
  'Ayşe Çağla Emre İpek Oğuz Şule Ümit Zeynep Kağan Işıl',
  'Yılmaz Öztürk Şahin Çelik Aydın Koç Güneş Doğan Arslan Kılıç',
);
export const POLISH = stock(
  'Łukasz Zofia Małgorzata Świętosław Jędrzej Agnieszka Stanisław Żaneta',
  'Wójcik Kowalczyk Dąbrowska Zieliński Szymańska Woźniak Kaźmierczak Łuczak',
);
export const ARABIC = stock(
  'Yūsuf Maryam Khālid Nūr ليلى سامي Amīna Ṭāriq',
  'al-Ḥasan Haddād Manṣūr Najjār حداد خليل Ṣāliḥ Farʿūn',
);
export const VIETNAMESE = stock(
  'Thị_Hương Đức Minh_Anh Quỳnh Hải Bảo_Ngọc Tuấn Thảo',
  'Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi',
);
export const SPANISH = stock(
  'Ana Íñigo María_José Martín Sofía Álvaro Núria Lucía Hernán Begoña Óscar Inés Joaquín Ramón Elena Raúl',
  'Ruiz García_Márquez Muñoz Peña Ibáñez Núñez Ordóñez de_la_Cruz Sáenz Gómez Castaño Vélez Quiñones Ríos Lobo Serrano',
);
export const CATALAN = stock(
  'Jordi Montserrat Laia Oriol Mercè Ferran Àngels Roger',
  'Puigdevall Solà Ferrer i_Vidal Bonfill Güell Massó Riquelme',
);
export const PORTUGUESE = stock(
  'João Conceição Inês Tomás Gonçalo Antónia Luísa Simão',
  'Gonçalves Araújo Conceição Simões Magalhães Brandão Leitão Sá',
);
export const QUECHUA = stock(
  "Illari K'antu Sayri Ñusta Wayra T'ika Amaru Urpi",
  "Quispe Mamani Huamán Condori Ch'oque Ñahui Yupanqui Qhapaq",
);
export const ENGLISH = stock(
  "Chloe Oliver Renée Harry Siân Jack Aoife D'Arcy Isla George Niamh Noah Beyoncé Mary-Jane Ewan Thomas",
  "O'Brien Smith-Jones Ní_Dhomhnaill MacLeod Brontë Ó_Súilleabháin Taylor Llewellyn Evans St._John Walker Fitzgerald Ashworth Penhaligon Reid Hughes",
);
export const CHINESE = stock('小明 美玲 建国 思涵 Wěi Xiù_Yīng 子轩 Lì', '王 李 張 陈 Zhào Wú 黃 Lǚ');
export const YORUBA = stock(
  'Adébáyọ̀ Fúnmiláyọ̀ Ọlá Títílayọ̀ Olúwaṣeun Bọ́lá Àníkẹ́ Káyọ̀dé',
  'Adéyẹmí Ọlátúnjí Ògúnbándé Àjàyí Ṣóyínká Akínwándé Fálọlá Bámgbóṣé',
);
export const HINDI = stock(
  'Aarav आरव प्रिया Dīpā Rohan Anaṇyā कविता Vikram',
  'Sharma शर्मा Patel Iyer Śrīvāstava Kaur मेहता Rao',
);
export const GREEK = stock('Ελένη Γιώργος Δέσποινα Νίκος', 'Παπαδοπούλου Οικονόμου Βασιλείου Αθανασίου');
export const UKRAINIAN = stock('Олена Тарас Юлія Дмитро', 'Шевченко Коваленко Бойко Ткаченко');
