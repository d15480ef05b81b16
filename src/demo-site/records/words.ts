type Words = readonly [string, ...string[]];

export const SUBJECTS: Words = [
  'Brume',
  'Silence',
  'Lumière',
  'Tempête',
  "L'aube",
  'Crépuscule',
  'Reflets',
  'Mémoire',
  'Le grand bleu',
  'Pluie fine',
  'Nocturne',
  'Fenêtre ouverte',
  'Marée basse',
  'Les oliviers',
  'Été indien',
  'Nature morte',
  "L'été",
  'Promenade',
  'Racines',
  'Éclats',
  'Sans titre',
  'Jardin secret',
  'Les toits',
  'Composition n° 7',
  'Vent d’ouest',
  'Cœur de pierre',
  'Le « dernier » café',
  '海の朝',
  'Белая ночь',
  'ضوء القمر',
];

export const PLACES: Words = [
  ' à Étretat',
  ' sur la Loire',
  ' à Collioure',
  '',
  ' de Bretagne',
  ' à Saint-Malo',
  " d'automne",
  ' au Vieux-Port',
  ' à Giverny',
  '',
  ' sous la neige',
  ' en Camargue',
  " de l'Île-de-Ré",
  ' à Ménerbes',
  ' (étude)',
  ' II',
  ' à L’Haÿ-les-Roses',
  " sur l'eau",
  ' "bis"',
  ' / 光',
];

export const CATEGORIES: Words = [
  'Moderne',
  'Abstrait',
  'Paysage',
  'Portrait',
  'Nature morte',
  'Figuratif',
  'Marine',
  'Art contemporain',
];

export const TECHNIQUES: Words = [
  'Huile sur toile',
  'Acrylique',
  'Aquarelle',
  'Technique mixte',
  'Pastel sec',
  'Encre de Chine',
  'Gouache',
  'Huile & feuille d’or',
];

export const FIRST_NAMES: Words = [
  'Alice',
  'Bob',
  'Chloé',
  'Zoë',
  'François',
  'Maëlle',
  'Noémie',
  'Loïc',
  'Jean-Baptiste',
  'Anaïs',
  'Hélène',
  'Søren',
  'Łukasz',
  'Siobhán',
  'José',
  'Nguyễn',
  'İpek',
  'Martin',
  'Inès',
  'Théo',
];

export const LAST_NAMES: Words = [
  'Dupont',
  "O'Brien",
  'Lefèvre',
  'Núñez',
  'Müller',
  "D'Angelo",
  'Le Goff',
  'de La Tour',
  'Garçon',
  'Østergård',
  'Nowak',
  'Moreau',
  'Thị Hương',
  'Yılmaz',
  'Bénard',
  'N’Diaye',
  'Saint-Exupéry',
  'Roux',
  'Martin',
  'Ibáñez',
];

export const WHOLE_NAMES: Words = [
  '山田 花子',
  'Анна Кузнецова',
  'محمد الفاسي',
  'Ελένη Παππά',
  '김민준',
  'Prince',
];

export const STREETS: Words = [
  'rue de la Paix',
  'avenue des Ternes',
  "impasse de l'Église",
  'quai des Brumes',
  'boulevard Voltaire',
];

export const TOWNS: Words = ['Paris', 'Lyon', 'Nîmes', 'Bruxelles', 'Genève', 'Montréal', 'Orléans', 'Sète'];

export const VENUES: Words = [
  'Galerie Paris',
  'Le Hangar, Nantes',
  'Musée d’Étampes',
  'Espace Beauvau',
  'Galerie du Vieux-Lyon',
  "L'Atelier, Bruxelles",
  'Halle aux grains',
  'Château de Vaux',
];

export const SHOWS: Words = [
  'Exposition Printemps',
  'Couleurs d’hiver',
  'Portes ouvertes',
  "L'eau et la pierre",
  'Rétrospective',
  'Nocturnes',
  'Petits formats',
  'Nouvelles œuvres',
];

export const WISHES: Words = [
  'Portrait 50x70',
  'Un paysage de mer pour le salon, tons bleus',
  "Portrait de mes deux chiens d'après photo",
  'Reproduction d’une photo de mariage',
  'Grand format abstrait\nenviron 2 m × 1,5 m',
  'Fresque pour un café',
];
